/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Countries by their code of ISO 3166 (and XK, which the atlases use), with their usual English names
 *
 * Sorted by code. A row is X(code, name); bangui-geo-build reads the rows too.
 */

#pragma once

#define COUNTRY_TABLE(X) \
        X("AD", "Andorra") \
        X("AE", "United Arab Emirates") \
        X("AF", "Afghanistan") \
        X("AG", "Antigua and Barbuda") \
        X("AI", "Anguilla") \
        X("AL", "Albania") \
        X("AM", "Armenia") \
        X("AO", "Angola") \
        X("AQ", "Antarctica") \
        X("AR", "Argentina") \
        X("AS", "American Samoa") \
        X("AT", "Austria") \
        X("AU", "Australia") \
        X("AW", "Aruba") \
        X("AX", "Åland Islands") \
        X("AZ", "Azerbaijan") \
        X("BA", "Bosnia and Herzegovina") \
        X("BB", "Barbados") \
        X("BD", "Bangladesh") \
        X("BE", "Belgium") \
        X("BF", "Burkina Faso") \
        X("BG", "Bulgaria") \
        X("BH", "Bahrain") \
        X("BI", "Burundi") \
        X("BJ", "Benin") \
        X("BL", "Saint Barthélemy") \
        X("BM", "Bermuda") \
        X("BN", "Brunei") \
        X("BO", "Bolivia") \
        X("BQ", "Caribbean Netherlands") \
        X("BR", "Brazil") \
        X("BS", "Bahamas") \
        X("BT", "Bhutan") \
        X("BV", "Bouvet Island") \
        X("BW", "Botswana") \
        X("BY", "Belarus") \
        X("BZ", "Belize") \
        X("CA", "Canada") \
        X("CC", "Cocos (Keeling) Islands") \
        X("CD", "Congo (Democratic Republic)") \
        X("CF", "Central African Republic") \
        X("CG", "Congo") \
        X("CH", "Switzerland") \
        X("CI", "Côte d'Ivoire") \
        X("CK", "Cook Islands") \
        X("CL", "Chile") \
        X("CM", "Cameroon") \
        X("CN", "China") \
        X("CO", "Colombia") \
        X("CR", "Costa Rica") \
        X("CU", "Cuba") \
        X("CV", "Cape Verde") \
        X("CW", "Curaçao") \
        X("CX", "Christmas Island") \
        X("CY", "Cyprus") \
        X("CZ", "Czechia") \
        X("DE", "Germany") \
        X("DJ", "Djibouti") \
        X("DK", "Denmark") \
        X("DM", "Dominica") \
        X("DO", "Dominican Republic") \
        X("DZ", "Algeria") \
        X("EC", "Ecuador") \
        X("EE", "Estonia") \
        X("EG", "Egypt") \
        X("EH", "Western Sahara") \
        X("ER", "Eritrea") \
        X("ES", "Spain") \
        X("ET", "Ethiopia") \
        X("FI", "Finland") \
        X("FJ", "Fiji") \
        X("FK", "Falkland Islands") \
        X("FM", "Micronesia") \
        X("FO", "Faroe Islands") \
        X("FR", "France") \
        X("GA", "Gabon") \
        X("GB", "United Kingdom") \
        X("GD", "Grenada") \
        X("GE", "Georgia") \
        X("GF", "French Guiana") \
        X("GG", "Guernsey") \
        X("GH", "Ghana") \
        X("GI", "Gibraltar") \
        X("GL", "Greenland") \
        X("GM", "Gambia") \
        X("GN", "Guinea") \
        X("GP", "Guadeloupe") \
        X("GQ", "Equatorial Guinea") \
        X("GR", "Greece") \
        X("GS", "South Georgia and the South Sandwich Islands") \
        X("GT", "Guatemala") \
        X("GU", "Guam") \
        X("GW", "Guinea-Bissau") \
        X("GY", "Guyana") \
        X("HK", "Hong Kong") \
        X("HM", "Heard Island and McDonald Islands") \
        X("HN", "Honduras") \
        X("HR", "Croatia") \
        X("HT", "Haiti") \
        X("HU", "Hungary") \
        X("ID", "Indonesia") \
        X("IE", "Ireland") \
        X("IL", "Israel") \
        X("IM", "Isle of Man") \
        X("IN", "India") \
        X("IO", "British Indian Ocean Territory") \
        X("IQ", "Iraq") \
        X("IR", "Iran") \
        X("IS", "Iceland") \
        X("IT", "Italy") \
        X("JE", "Jersey") \
        X("JM", "Jamaica") \
        X("JO", "Jordan") \
        X("JP", "Japan") \
        X("KE", "Kenya") \
        X("KG", "Kyrgyzstan") \
        X("KH", "Cambodia") \
        X("KI", "Kiribati") \
        X("KM", "Comoros") \
        X("KN", "Saint Kitts and Nevis") \
        X("KP", "North Korea") \
        X("KR", "South Korea") \
        X("KW", "Kuwait") \
        X("KY", "Cayman Islands") \
        X("KZ", "Kazakhstan") \
        X("LA", "Laos") \
        X("LB", "Lebanon") \
        X("LC", "Saint Lucia") \
        X("LI", "Liechtenstein") \
        X("LK", "Sri Lanka") \
        X("LR", "Liberia") \
        X("LS", "Lesotho") \
        X("LT", "Lithuania") \
        X("LU", "Luxembourg") \
        X("LV", "Latvia") \
        X("LY", "Libya") \
        X("MA", "Morocco") \
        X("MC", "Monaco") \
        X("MD", "Moldova") \
        X("ME", "Montenegro") \
        X("MF", "Saint Martin") \
        X("MG", "Madagascar") \
        X("MH", "Marshall Islands") \
        X("MK", "North Macedonia") \
        X("ML", "Mali") \
        X("MM", "Myanmar") \
        X("MN", "Mongolia") \
        X("MO", "Macao") \
        X("MP", "Northern Mariana Islands") \
        X("MQ", "Martinique") \
        X("MR", "Mauritania") \
        X("MS", "Montserrat") \
        X("MT", "Malta") \
        X("MU", "Mauritius") \
        X("MV", "Maldives") \
        X("MW", "Malawi") \
        X("MX", "Mexico") \
        X("MY", "Malaysia") \
        X("MZ", "Mozambique") \
        X("NA", "Namibia") \
        X("NC", "New Caledonia") \
        X("NE", "Niger") \
        X("NF", "Norfolk Island") \
        X("NG", "Nigeria") \
        X("NI", "Nicaragua") \
        X("NL", "Netherlands") \
        X("NO", "Norway") \
        X("NP", "Nepal") \
        X("NR", "Nauru") \
        X("NU", "Niue") \
        X("NZ", "New Zealand") \
        X("OM", "Oman") \
        X("PA", "Panama") \
        X("PE", "Peru") \
        X("PF", "French Polynesia") \
        X("PG", "Papua New Guinea") \
        X("PH", "Philippines") \
        X("PK", "Pakistan") \
        X("PL", "Poland") \
        X("PM", "Saint Pierre and Miquelon") \
        X("PN", "Pitcairn Islands") \
        X("PR", "Puerto Rico") \
        X("PS", "Palestine") \
        X("PT", "Portugal") \
        X("PW", "Palau") \
        X("PY", "Paraguay") \
        X("QA", "Qatar") \
        X("RE", "Réunion") \
        X("RO", "Romania") \
        X("RS", "Serbia") \
        X("RU", "Russia") \
        X("RW", "Rwanda") \
        X("SA", "Saudi Arabia") \
        X("SB", "Solomon Islands") \
        X("SC", "Seychelles") \
        X("SD", "Sudan") \
        X("SE", "Sweden") \
        X("SG", "Singapore") \
        X("SH", "Saint Helena") \
        X("SI", "Slovenia") \
        X("SJ", "Svalbard and Jan Mayen") \
        X("SK", "Slovakia") \
        X("SL", "Sierra Leone") \
        X("SM", "San Marino") \
        X("SN", "Senegal") \
        X("SO", "Somalia") \
        X("SR", "Suriname") \
        X("SS", "South Sudan") \
        X("ST", "São Tomé and Príncipe") \
        X("SV", "El Salvador") \
        X("SX", "Sint Maarten") \
        X("SY", "Syria") \
        X("SZ", "Eswatini") \
        X("TC", "Turks and Caicos Islands") \
        X("TD", "Chad") \
        X("TF", "French Southern Territories") \
        X("TG", "Togo") \
        X("TH", "Thailand") \
        X("TJ", "Tajikistan") \
        X("TK", "Tokelau") \
        X("TL", "Timor-Leste") \
        X("TM", "Turkmenistan") \
        X("TN", "Tunisia") \
        X("TO", "Tonga") \
        X("TR", "Türkiye") \
        X("TT", "Trinidad and Tobago") \
        X("TV", "Tuvalu") \
        X("TW", "Taiwan") \
        X("TZ", "Tanzania") \
        X("UA", "Ukraine") \
        X("UG", "Uganda") \
        X("UM", "U.S. Outlying Islands") \
        X("US", "United States") \
        X("UY", "Uruguay") \
        X("UZ", "Uzbekistan") \
        X("VA", "Vatican City") \
        X("VC", "Saint Vincent and the Grenadines") \
        X("VE", "Venezuela") \
        X("VG", "British Virgin Islands") \
        X("VI", "U.S. Virgin Islands") \
        X("VN", "Vietnam") \
        X("VU", "Vanuatu") \
        X("WF", "Wallis and Futuna") \
        X("WS", "Samoa") \
        X("XK", "Kosovo") \
        X("YE", "Yemen") \
        X("YT", "Mayotte") \
        X("ZA", "South Africa") \
        X("ZM", "Zambia") \
        X("ZW", "Zimbabwe")
