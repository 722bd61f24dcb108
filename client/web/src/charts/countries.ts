// SPDX-License-Identifier: LGPL-2.1-or-later

/*
 * The countries of ISO 3166-1: for each its two letters and the number under which the map's file has its outline, and
 * where those lie that are too small for an outline.
 */

/** Two letters and the number of every country. */
const NUMBERS =
        'AD020 AE784 AF004 AG028 AI660 AL008 AM051 AO024 AQ010 AR032 AS016 AT040 AU036 AW533 AX248 AZ031 ' +
        'BA070 BB052 BD050 BE056 BF854 BG100 BH048 BI108 BJ204 BL652 BM060 BN096 BO068 BQ535 BR076 BS044 ' +
        'BT064 BV074 BW072 BY112 BZ084 CA124 CC166 CD180 CF140 CG178 CH756 CI384 CK184 CL152 CM120 CN156 ' +
        'CO170 CR188 CU192 CV132 CW531 CX162 CY196 CZ203 DE276 DJ262 DK208 DM212 DO214 DZ012 EC218 EE233 ' +
        'EG818 EH732 ER232 ES724 ET231 FI246 FJ242 FK238 FM583 FO234 FR250 GA266 GB826 GD308 GE268 GF254 ' +
        'GG831 GH288 GI292 GL304 GM270 GN324 GP312 GQ226 GR300 GS239 GT320 GU316 GW624 GY328 HK344 HM334 ' +
        'HN340 HR191 HT332 HU348 ID360 IE372 IL376 IM833 IN356 IO086 IQ368 IR364 IS352 IT380 JE832 JM388 ' +
        'JO400 JP392 KE404 KG417 KH116 KI296 KM174 KN659 KP408 KR410 KW414 KY136 KZ398 LA418 LB422 LC662 ' +
        'LI438 LK144 LR430 LS426 LT440 LU442 LV428 LY434 MA504 MC492 MD498 ME499 MF663 MG450 MH584 MK807 ' +
        'ML466 MM104 MN496 MO446 MP580 MQ474 MR478 MS500 MT470 MU480 MV462 MW454 MX484 MY458 MZ508 NA516 ' +
        'NC540 NE562 NF574 NG566 NI558 NL528 NO578 NP524 NR520 NU570 NZ554 OM512 PA591 PE604 PF258 PG598 ' +
        'PH608 PK586 PL616 PM666 PN612 PR630 PS275 PT620 PW585 PY600 QA634 RE638 RO642 RS688 RU643 RW646 ' +
        'SA682 SB090 SC690 SD729 SE752 SG702 SH654 SI705 SJ744 SK703 SL694 SM674 SN686 SO706 SR740 SS728 ' +
        'ST678 SV222 SX534 SY760 SZ748 TC796 TD148 TF260 TG768 TH764 TJ762 TK772 TL626 TM795 TN788 TO776 ' +
        'TR792 TT780 TV798 TW158 TZ834 UA804 UG800 UM581 US840 UY858 UZ860 VA336 VC670 VE862 VG092 VI850 ' +
        'VN704 VU548 WF876 WS882 YE887 YT175 ZA710 ZM894 ZW716';

/** Outlines without a number. */
const BY_NAME: Record<string, string> = { Kosovo: 'XK', 'N. Cyprus': 'CY', Somaliland: 'SO' };

/** Longitude and latitude, in degrees, of what has no outline at 1:110 million. */
const POINTS =
        'AD,1.6,42.5 AG,-61.8,17.3 AI,-63.1,18.2 AS,-170.4,-14.3 AW,-70,12.5 AX,20.1,60.2 BB,-59.6,13.2 ' +
        'BH,50.5,26.1 BL,-62.8,17.9 BM,-64.8,32.3 BQ,-68.3,12.2 BV,3.4,-54.4 CC,96.8,-12.1 CK,-158.8,-19.8 ' +
        'CV,-24,15.9 CW,-69,12.2 CX,105.6,-10.5 DM,-61.4,15.4 FM,155.3,7 FO,-6.9,62.1 GD,-61.7,12.2 ' +
        'GF,-53,4 GG,-2.5,49.5 GI,-5.3,36.1 GP,-61.5,16.2 GS,-36,-54.7 GU,144.8,13.4 HK,114.1,22.4 ' +
        'HM,73.5,-53.1 IM,-4.5,54.2 IO,72.3,-7.1 JE,-2.1,49.2 KI,173,1.4 KM,43.7,-11.9 KN,-62.7,17.3 ' +
        'KY,-80.9,19.4 LC,-61,13.9 LI,9.5,47.1 MC,7.4,43.7 MF,-63.1,18.1 MH,170.1,7.1 MO,113.6,22.2 ' +
        'MP,145.6,16.2 MQ,-61,14.6 MS,-62.2,16.7 MT,14.4,35.9 MU,57.9,-20.2 MV,73.3,3.8 NF,168,-29 ' +
        'NR,166.9,-0.5 NU,-169.9,-19 PF,-149.4,-17.7 PM,-56.3,46.9 PN,-128.5,-24.4 PW,134.3,7.2 ' +
        'RE,55.5,-21.1 SC,52.1,-6.5 SG,103.8,1.4 SH,-5.7,-16 SJ,16,78.6 SM,12.4,43.9 ST,6.7,0.4 SX,-63.1,18 ' +
        'TC,-71.9,21.8 TK,-171.8,-9.2 TO,-174.9,-20.1 TV,178.5,-7.8 UM,-176.6,0.2 VA,12.5,41.9 ' +
        'VC,-61.2,13.2 VG,-64.5,18.5 VI,-64.8,18 WF,-177.1,-13.7 WS,-172.2,-13.8 YT,45.2,-12.8';

const letters = new Map(NUMBERS.split(' ').map((entry) => [entry.slice(2), entry.slice(0, 2)]));

/** The two letters of an outline of the map's file, undefined when it is no country. */
export function countryOfOutline(id: string | number | undefined, name: string): string | undefined {
        return id === undefined ? BY_NAME[name] : letters.get(String(id).padStart(3, '0'));
}

export interface CountryPoint {
        country: string;
        at: [longitude: number, latitude: number];
}

export const points: CountryPoint[] = POINTS.split(' ').map((entry) => {
        const [country = '', longitude, latitude] = entry.split(',');
        return { country, at: [Number(longitude), Number(latitude)] };
});
