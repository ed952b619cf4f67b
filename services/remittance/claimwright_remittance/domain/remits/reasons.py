"""What kind of decision an adjustment reason is: the few groups that posting has to tell apart.

Our own reading of the public code list as it stood on 2026-07-01; the texts of the list are not ours and not here. A
code that is not in the table is kept raw, shown, and treated as a denial: its money stays in dispute until a person
looks, and nothing is written off.
"""

from enum import StrEnum
from functools import lru_cache
from typing import Final


class ReasonKind(StrEnum):
    """What a payer means by a reason, as far as posting is concerned."""

    CONTRACTUAL = "contractual"
    SEQUESTRATION = "sequestration"
    COST_SHARE = "cost_share"
    EARLIER_PAYER = "earlier_payer"
    DUPLICATE = "duplicate"
    INCREASE = "increase"
    BUNDLED = "bundled"
    PAID_TO_PATIENT = "paid_to_patient"
    ESTIMATE = "estimate"
    CAPITATION = "capitation"
    COVERAGE = "coverage"
    BENEFIT = "benefit"
    PATIENT_UNKNOWN = "patient_unknown"
    UNPROCESSABLE = "unprocessable"
    DENIAL = "denial"
    UNKNOWN = "unknown"


_CODES: Final[dict[ReasonKind, str]] = {
    ReasonKind.CONTRACTUAL: (
        "44 45 59 66 69 70 76 78 89 90 91 102 103 104 105 118 121 122 130 131 132 134 137 139 143 144 161 205"
        " 223 225 232 235 237 245 259 260 262 271 274 281 A5 B10 P12 P13"
    ),
    ReasonKind.SEQUESTRATION: "253",
    ReasonKind.COST_SHARE: "1 2 3 85 142 241 247 248",
    ReasonKind.EARLIER_PAYER: "23",
    ReasonKind.DUPLICATE: "18",
    ReasonKind.INCREASE: "94",
    ReasonKind.BUNDLED: "97",
    ReasonKind.PAID_TO_PATIENT: "100",
    ReasonKind.ESTIMATE: "101",
    ReasonKind.CAPITATION: "24",
    ReasonKind.COVERAGE: "22 26 27 32 33 109 140 166 177 179 180 200 238 239 258",
    ReasonKind.PATIENT_UNKNOWN: "31",
    ReasonKind.BENEFIT: "35 49 96 119 149 167 178 204",
    ReasonKind.UNPROCESSABLE: "16",
    ReasonKind.DENIAL: (
        "4 5 6 7 8 9 10 11 12 13 14 19 20 21 29 39 40 50 51 53 54 55 56 58 60 61 95 106 107 108 110 111 112"
        " 114 115 116 117 125 128 129 133 135 136 146 147 148 150 151 152 153 154 155 157 158 160 163 164 169"
        " 170 171 172 173 174 175 176 181 182 183 184 185 186 188 189 190 192 193 194 195 197 198 199 201 202"
        " 203 206 207 208 209 210 211 212 213 215 216 219 222 224 226 227 228 229 231 233 234 236 240 242 243"
        " 246 249 250 251 252 254 256 257 261 267 268 269 270 272 273 275 276 277 278 279 280 282 283 284 285"
        " 286 287 288 289 290 291 292 293 294 295 296 297 298 299 300 301 302 303 304 305 306 A1 A8 B1 B4 B7"
        " B8 B9 B11 B12 B13 B14 B15 B16 B20 B22 B23 P1 P14"
    ),
}

KIND_OF: Final[dict[str, ReasonKind]] = {code: kind for kind, codes in _CODES.items() for code in codes.split()}

PATIENT_UNKNOWN_REMARK: Final = "N382"
"""The remark that, beside A1, says that the payer does not know the patient."""


@lru_cache(maxsize=1024)
def kind_of(reason: str) -> ReasonKind:
    """Return the kind of an adjustment reason; leading zeros and case do not count."""
    return KIND_OF.get(reason.strip().lstrip("0").upper(), ReasonKind.UNKNOWN)
