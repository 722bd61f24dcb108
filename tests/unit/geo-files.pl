#!/usr/bin/perl
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# geo-files.pl FILE...: small MMDB files in the shapes that are out there. What a file is called says what it is.

use strict;
use warnings;

use File::Basename qw(basename);
use MaxMind::DB::Writer::Tree;

my %TYPES = (
    (map { $_ => 'map' } qw(city continent country location names registered_country)),
    subdivisions => [ 'array', 'map' ],
    (map { $_ => 'double' } qw(latitude longitude)),
    (map { $_ => 'uint32' } qw(autonomous_system_number geoname_id)),
    is_anycast => 'boolean',
);

sub names { return { en => $_[0], de => $_[1] // $_[0], 'zh-CN' => "\x{5fb7}\x{56fd}" } }

my %GERMANY  = (iso_code => 'DE', geoname_id => 2921044, names => names('Germany', 'Deutschland'));
my %SWEDEN   = (iso_code => 'SE', geoname_id => 2661886, names => names('Sweden', 'Schweden'));
my $EUROPE   = { code => 'EU', geoname_id => 6255148, names => names('Europe', 'Europa') };
my $BERLIN   = { geoname_id => 2950159, names => names('Berlin') };
my $LOCATION = { latitude => 52.52, longitude => 13.4, time_zone => 'Europe/Berlin' };

# A thousand networks with two countries in turn, so that the tree is not tiny.
sub many {
    my ($one, $other) = @_;

    return map { [ sprintf('20.%d.%d.0/24', $_ / 256, $_ % 256), $_ % 2 ? $one : $other ] } 0 .. 999;
}

sub country { return { continent => $EUROPE, country => {@_}, registered_country => {%SWEDEN} } }

# Name of the file: type, IP version, record size, then network and data in turn.
my %FILES = (
    'country.mmdb' => [ 'GeoLite2-Country', 6, 24,
        [ '1.2.3.0/24', country(%GERMANY) ], [ '2a00::/16', country(%SWEDEN) ],
        [ '5.6.7.0/24', { continent => $EUROPE, registered_country => {%SWEDEN} } ],
        [ '5.6.8.0/24', { continent => $EUROPE } ], many(country(%GERMANY), country(%SWEDEN)) ],
    'other.mmdb' => [ 'DBIP-Country-Lite', 6, 24,
        [ '1.2.3.0/24', country(%SWEDEN) ], [ '2a00::/16', country(%GERMANY) ],
        many(country(%SWEDEN), country(%GERMANY)) ],
    'city.mmdb' => [ 'GeoLite2-City', 6, 28,
        [ '1.2.3.0/24', { %{ country(%GERMANY) }, city => $BERLIN, location => $LOCATION, subdivisions => [$BERLIN] } ] ],
    'asn.mmdb' => [ 'GeoLite2-ASN', 6, 24,
        [ '1.2.0.0/16', { autonomous_system_number => 64500, autonomous_system_organization => 'Example AG' } ],
        [ '2a00::/16', { autonomous_system_number => 4200000000, autonomous_system_organization => 'Six' } ] ],
    'ipinfo-lite.mmdb' => [ 'ipinfo bundle_location_lite.mmdb', 6, 32,
        [ '1.2.3.0/24', { asn => 'AS64501', as_name => 'Flat GmbH', as_domain => 'flat.example',
            continent => 'Europe', continent_code => 'EU', country => 'Germany', country_code => 'DE' } ],
        [ '9.9.9.0/24', { asn => 'AS', as_name => 'none', country => 'Nowhere', country_code => 'no country' } ] ],
    'ipinfo-country.mmdb' => [ 'ipinfo country.mmdb', 6, 24,
        [ '1.2.3.0/24', { continent => 'EU', country => 'DE', country_name => 'Germany' } ] ],
    'v4.mmdb' => [ 'GeoLite2-Country', 4, 24, [ '1.2.3.0/24', country(%GERMANY) ] ],
    'neither.mmdb' => [ 'Something-Else', 6, 24, [ '1.2.3.0/24', { is_anycast => 1 } ] ],
);

for my $path (@ARGV) {
    my ($type, $version, $size, @networks) = @{ $FILES{ basename($path) } // die("$path: no such file is known\n") };
    my $tree = MaxMind::DB::Writer::Tree->new(
        ip_version               => $version,
        record_size              => $size,
        database_type            => $type,
        languages                => [ 'en', 'de', 'zh-CN' ],
        description              => { en => "made for tests: $type" },
        remove_reserved_networks => 0,
        map_key_type_callback    => sub { $type !~ /^ipinfo/ && $TYPES{ $_[0] } || 'utf8_string' },
    );

    $tree->insert_network(@$_) for @networks;
    $tree->_set_build_epoch(1700000000);
    open(my $file, '>:raw', $path) or die("$path: $!\n");
    $tree->write_tree($file);
    close($file) or die("$path: $!\n");
}
