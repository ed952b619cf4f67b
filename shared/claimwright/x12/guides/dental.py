"""005010X224A2, dental claims. See `notation` for how to read the tables, `claims` for what the claims share."""

from __future__ import annotations

CODES = """
$MOUTH   B,D,F,I,L,M,O
"""

LOOPS = """
[837D]
+transaction

[2000C]
HL R 1   R R R=23 R=0
PAT R 1  R=$OTHER - - S=F,N,P
2010CA R 1
2300 R 100

[2300]
CLM R 1  R R - - R(R;R=B;R) R=N,Y R=A,C,P R=N,W,Y R=I,Y - S(R=AA,EM,OA;S=AA,EM,OA;-;S;S) S=01,02,03,05 - - - - - - S=PB S=$LATE
DTP S 1  R=439 R=D8 R
DTP S 1  R=452 R=D8 R
DTP S 1  R=472 R=D8,RD8 R
DTP S 1  R=050 R=D8 R
DN1 S 1  S S - S
DN2 S 35 R R=E,M - - - R=JP
PWK S 10 R=B4,DA,DG,EB,OZ,P6,RB,RR R=AA,BM,EL,EM,FT,FX - - S=AC S
CN1 S 1  R=01,02,03,04,05,06,09 S S S S S
AMT S 1  R=F5 R
REF S 1  R=G3 R
REF S 1  R=4N R
REF S 1  R=F8 R
REF S 1  R=9F R
REF S 1  R=G1 R
REF S 1  R=9A R
REF S 1  R=9C R
REF S 1  R=D9 R
K3 S 10  R
NTE S 5  R=ADD R
HI S 1   R(R=ABK,BK,TQ;R) S(R=ABF,BF,TQ;R) S(R=ABF,BF,TQ;R) S(R=ABF,BF,TQ;R)
HCP S 1  R=$PRICED R S S S S - - - - - - S=$REFUSED S=1,2,3,4,5 S=1,2,3,4,5,6
2310A S 2
2310B S 1
2310C S 1
2310D S 1
2310E S 1
2320 S 10
2400 R 50

[2310A]
NM1 R 1  R=DN,P3 R=1 $NAMED
PRV S 1  R=RF R=PXC R
REF S 3  R=$LICENCE R

[2310C]
+facility
REF S 3  R=0B,G2,LU R

[2310D]
NM1 R 1  R=DD R=1,2 $NAMED
PRV S 1  R=AS R=PXC R
REF S 3  R=$LICENCE R

[2310E]
NM1 R 1  R=DQ R=1 $NAMED
REF S 4  R=$LICENCE R

[2320]
SBR R 1  R=$ORDER R=$PERSON S S - - - - S=$FILING
+adjustments
AMT S 1  R=D R
AMT S 1  R=EAF R
AMT S 1  R=A8 R
OI R 1   - - R=N,W,Y - - R=I,Y
MOA S 1  S S S S S S S S S
2330A R 1
2330B R 1
2330C S 2
2330D S 1
2330E S 1
2330F S 1
2330G S 1
2330H S 1

[2330B]
+other-payer
REF S 1  R=G3 R
REF S 1  R=F8 R

[2330C]
+other-referring

[2330D]
+other-rendering

[2330E]
+other-supervising

[2330F]
+other-billing

[2330G]
+other-facility

[2330H]
NM1 R 1  R=DD R=1
REF R 3  R=$LICENCE R

[2400]
LX R 1   R
SV3 R 1  R(R=AD;R;S;S;S;S;S) R S S(R;S;S;S;S) S=I,R S - - - - S(R;S;S;S)
TOO S 32 R=JP R S(R=$MOUTH;S=$MOUTH;S=$MOUTH;S=$MOUTH;S=$MOUTH)
DTP S 1  R=472 R=D8 R
DTP S 1  R=441 R=D8 R
DTP S 1  R=452 R=D8 R
DTP S 1  R=446 R=D8 R
DTP S 1  R=196 R=D8 R
DTP S 1  R=198 R=D8 R
CN1 S 1  R=01,02,03,04,05,06,09 S S S S S
REF S 5  R=G3 R - S(R=2U;R)
REF S 5  R=G1 R - S(R=2U;R)
REF S 1  R=6R R
REF S 1  R=9B R
REF S 1  R=9D R
REF S 5  R=9F R - S(R=2U;R)
AMT S 1  R=T R
K3 S 10  R
HCP S 1  R=$PRICED R S S S S - - - - S=UN S S=$REFUSED S=1,2,3,4,5 S=1,2,3,4,5,6
2420A S 1
2420B S 1
2420C S 1
2420D S 1
2430 S 15

[2420B]
NM1 R 1  R=DD R=1,2 $NAMED
PRV S 1  R=AS R=PXC R
REF S 20 R=$LICENCE R - S(R=2U;R)

[2420C]
NM1 R 1  R=DQ R=1 $NAMED
REF S 20 R=$LICENCE R - S(R=2U;R)

[2420D]
+facility
REF S 3  R=G2,LU R - S(R=2U;R)

[2430]
SVD R 1  R R R(R=AD;R;S;S;S;S;S) - R S
+decided
"""  # noqa: E501 (a use of a segment is one line)
