"""What follows from the kind of source and signal alone: its sector and the life domain it speaks of.

Source  needs.md A1 and A2; the mapping is versioned with the vocabulary
"""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.vocabulary import LifeDomain, Sector, SignalKind, Source

SECTOR_OF: Mapping[Source, Sector] = MappingProxyType(
    {
        Source.SCHOOL_ATTENDANCE: Sector.EDUCATION,
        Source.DEBT_SERVICES: Sector.DEBT,
        Source.GENERAL_PRACTICE: Sector.HEALTH,
        Source.VEILIG_THUIS: Sector.SAFETY,
        Source.WIJKTEAM: Sector.SUPPORT,
    }
)

LIFE_DOMAIN_OF: Mapping[SignalKind, LifeDomain] = MappingProxyType(
    {
        SignalKind.ABSENCE_16H_UNDER_18: LifeDomain.WORK_AND_ACTIVITIES,
        SignalKind.ABSENCE_16H_18_PLUS: LifeDomain.WORK_AND_ACTIVITIES,
        SignalKind.ABSENCE_HOLIDAY: LifeDomain.WORK_AND_ACTIVITIES,
        SignalKind.ABSENCE_LONG: LifeDomain.WORK_AND_ACTIVITIES,
        SignalKind.ABSENCE_RMC: LifeDomain.WORK_AND_ACTIVITIES,
        SignalKind.ABSENCE_OTHER: LifeDomain.WORK_AND_ACTIVITIES,
        SignalKind.ARREARS_RENT: LifeDomain.HOUSING,
        SignalKind.ARREARS_MORTGAGE: LifeDomain.HOUSING,
        SignalKind.ARREARS_ENERGY: LifeDomain.FINANCES,
        SignalKind.ARREARS_WATER: LifeDomain.FINANCES,
        SignalKind.ARREARS_HEALTH_INSURANCE: LifeDomain.FINANCES,
        SignalKind.ARREARS_TAX: LifeDomain.FINANCES,
        SignalKind.ARREARS_OTHER: LifeDomain.FINANCES,
        SignalKind.WELLBEING_REFERRAL: LifeDomain.SOCIAL_RELATIONS,
        SignalKind.SAFETY_HANDOVER: LifeDomain.SOCIAL_RELATIONS,
        SignalKind.WORRY_AT_INTAKE: LifeDomain.SOCIAL_RELATIONS,
    }
)
