"""What the guides of professional, institutional and dental claims have in common. See `notation` for how to read it.

A guide that has a loop of the same name itself means its own.
"""

from __future__ import annotations

CODES = """
$FILING  11,12,13,14,15,16,17,AM,BL,CH,CI,DS,FI,HM,LM,MA,MB,MC,OF,TV,VA,WC,ZZ
$ORDER   A,B,C,D,E,F,G,H,P,S,T,U
$OTHER   01,19,20,21,39,40,53,G8
$PERSON  01,18,19,20,21,39,40,53,G8
$REPORT  03,04,05,06,07,08,09,10,11,13,15,21,A3,A4,AM,AS,B2,B3,B4,BR,BS,BT,CB,CK,CT,D2,DA,DB,DG,DJ,DS,EB,HC,HR,I5,IR,LA,M1,MT,NN,OB,OC,OD,OE,OX,OZ,P4,P5,PE,PN,PO,PQ,PY,PZ,RB,RR,RT,RX,SG,V5,XP
$REACH   EM,EX,FX,TE
$PRICED  00,01,02,03,04,05,06,07,08,09,10,11,12,13,14
$REFUSED T1,T2,T3,T4,T5,T6
$LATE    1,2,3,4,5,6,7,8,9,10,11,15
$NAMED   R S S - S S=XX S
$CALLED  R - - - - S=XX S
$PLAN    R - - - - R=PI,XV R
$ASKED   R=IC S R=EM,FX,TE R S=$REACH S S=$REACH S
$PHONED  R=IC S R=TE R S=EX S
$LICENCE 0B,1G,G2,LU
"""  # noqa: E501 (a list is one line)

LOOPS = """
[+transaction]
BHT R 1  R=0019 R=00,18 R R R R=31,CH,RP
1000A R 1
1000B R 1
2000A R *

[+address]
N3 R 1   R S
N4 R 1   R S S S - - S

[+known-address]
N3 S 1   R S
N4 S 1   R S S S - - S

[+adjustments]
CAS S 5  R=CO,CR,OA,PI,PR R R S S S S S S S S S S S S S S S S

[1000A]
NM1 R 1  R=41 R=1,2 R S S - - R=46 R
PER R 2  $ASKED

[1000B]
NM1 R 1  R=40 R=2 R - - - - R=46 R

[2000A]
HL R 1   R - R=20 R=1
PRV S 1  R=BI R=PXC R
CUR S 1  R=85 R
2010AA R 1
2010AB S 1
2010AC S 1
2000B R *

[2010AA]
NM1 R 1  R=85 R=1,2 $NAMED
+address
REF R 1  R=EI,SY R
REF S 2  R=0B,1G R
PER S 2  $ASKED

[2010AB]
NM1 R 1  R=87 R=1,2
+address

[2010AC]
NM1 R 1  R=PE R=2 $PLAN
+address
REF S 1  R=2U,FY,NF R
REF R 1  R=EI R

[2000B]
HL R 1   R R R=22 R=0,1
SBR R 1  R=$ORDER S=18 S S - - - - S=$FILING
2010BA R 1
2010BB R 1
2300 S 100
2000C S *

[+subscriber]
NM1 R 1  R=IL R=1,2 R S S - S S=II,MI S
+known-address
DMG S 1  R=D8 R R=F,M,U
REF S 1  R=SY R
REF S 1  R=Y4 R

[2010BA]
+subscriber

[+payer]
NM1 R 1  R=PR R=2 $PLAN
+known-address
REF S 3  R=2U,EI,FY,NF R

[2010BB]
+payer
REF S 2  R=G2,LU R

[+patient]
NM1 R 1  R=QC R=1 R S S - S
+address
DMG R 1  R=D8 R R=F,M,U
REF S 1  R=Y4 R
REF S 1  R=1W,SY R

[2010CA]
+patient

[+rendering]
NM1 R 1  R=82 R=1,2 $NAMED
PRV S 1  R=PE R=PXC R

[2310B]
+rendering
REF S 4  R=$LICENCE R

[+facility]
NM1 R 1  R=77 R=2 $CALLED
+address

[2330A]
NM1 R 1  R=IL R=1,2 R S S - S R=II,MI R
+known-address
REF S 1  R=SY R

[+other-payer]
NM1 R 1  R=PR R=2 $PLAN
+known-address
DTP S 1  R=573 R=D8 R
REF S 2  R=2U,EI,FY,NF R
REF S 1  R=G1 R
REF S 1  R=9F R
REF S 1  R=T4 R

[2330B]
+other-payer
REF S 1  R=F8 R

[+other-rendering]
NM1 R 1  R=82 R=1,2
REF R 3  R=$LICENCE R

[+other-supervising]
NM1 R 1  R=DQ R=1
REF R 3  R=$LICENCE R

[+other-referring]
NM1 R 1  R=DN,P3 R=1
REF R 3  R=0B,1G,G2 R

[+other-facility]
NM1 R 1  R=77 R=2
REF R 3  R=0B,G2,LU R

[+other-billing]
NM1 R 1  R=85 R=1,2
REF R 2  R=G2,LU R

[2420A]
+rendering
REF S 20 R=$LICENCE R - S(R=2U;R)

[+decided]
+adjustments
DTP R 1  R=573 R=D8 R
AMT S 1  R=EAF R
"""
