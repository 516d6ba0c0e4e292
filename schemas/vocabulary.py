"""Every closed list of the product: a value that is not here cannot be said, and each has its Dutch label.

Source  formats.md 1.2-1.3, 2.2, 4.3 and 9; law.md 7.2; needs.md appendix A; rules.md 4, 5 and 7
"""

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A member of a closed list: its value is what stands in Avro, its label is what a person reads."""

    label: str
    _written: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    def __init__(self, *_: str) -> None:
        self._written = super().__repr__()

    def __repr__(self) -> str:
        return self._written


class Source(Term):
    UNKNOWN = "unknown", "onbekend"
    SCHOOL_ATTENDANCE = "school_attendance", "School"
    DEBT_SERVICES = "debt_services", "Schuldhulp"
    GENERAL_PRACTICE = "general_practice", "Huisarts"
    VEILIG_THUIS = "veilig_thuis", "Veilig Thuis"
    WIJKTEAM = "wijkteam", "Wijkteam"


class Sector(Term):
    UNKNOWN = "unknown", "onbekend"
    EDUCATION = "education", "onderwijs"
    DEBT = "debt", "schulden"
    HEALTH = "health", "zorg"
    SAFETY = "safety", "veiligheid"
    SUPPORT = "support", "ondersteuning"


class LifeDomain(Term):
    """Leefgebieden (needs.md A1)."""

    UNKNOWN = "unknown", "onbekend"
    MEANING = "meaning", "zingeving"
    HOUSING = "housing", "wonen"
    FINANCES = "finances", "financiën"
    SOCIAL_RELATIONS = "social_relations", "sociale relaties"
    PHYSICAL_HEALTH = "physical_health", "lichamelijke gezondheid"
    MENTAL_HEALTH = "mental_health", "psychische gezondheid"
    WORK_AND_ACTIVITIES = "work_and_activities", "werk en activiteiten"


class Law(Term):
    UNKNOWN = "unknown", "onbekend"
    LEERPLICHTWET = "leerplichtwet", "Leerplichtwet 1969"
    WGS = "wgs", "Wet gemeentelijke schuldhulpverlening"
    WGBO = "wgbo", "Wet op de geneeskundige behandelingsovereenkomst"
    WMO_2015 = "wmo_2015", "Wet maatschappelijke ondersteuning 2015"
    JEUGDWET = "jeugdwet", "Jeugdwet"
    PARTICIPATIEWET = "participatiewet", "Participatiewet"
    ZVW = "zvw", "Zorgverzekeringswet"
    WLZ = "wlz", "Wet langdurige zorg"
    WPG = "wpg", "Wet publieke gezondheid"
    PASSEND_ONDERWIJS = "passend_onderwijs", "Wet passend onderwijs"
    AVG = "avg", "Algemene verordening gegevensbescherming"
    WAMS = "wams", "Wet aanpak meervoudige problematiek sociaal domein"


class Line(Term):
    """Lijnen van zorg en ondersteuning (needs.md A4)."""

    UNKNOWN = "unknown", "onbekend"
    ZERO = "zero", "sociale basis"
    FIRST = "first", "vrij toegankelijk"
    SECOND = "second", "specialistisch, met verwijzing"
    THIRD = "third", "hoogspecialistisch, bovenregionaal"


class SignalKind(Term):
    UNKNOWN = "unknown", "onbekend"
    ABSENCE_16H_UNDER_18 = "absence_16h_under_18", "16 uur verzuim in 4 lesweken"
    ABSENCE_16H_18_PLUS = "absence_16h_18_plus", "16 uur verzuim in 4 lesweken (18+)"
    ABSENCE_HOLIDAY = "absence_holiday", "luxeverzuim"
    ABSENCE_LONG = "absence_long", "langdurig relatief verzuim"
    ABSENCE_RMC = "absence_rmc", "verzuim 18+ (RMC)"
    ABSENCE_OTHER = "absence_other", "overig verzuim"
    ARREARS_RENT = "arrears_rent", "huurachterstand"
    ARREARS_MORTGAGE = "arrears_mortgage", "hypotheekachterstand"
    ARREARS_ENERGY = "arrears_energy", "achterstand energie"
    ARREARS_WATER = "arrears_water", "achterstand water"
    ARREARS_HEALTH_INSURANCE = "arrears_health_insurance", "achterstand zorgpremie"
    ARREARS_TAX = "arrears_tax", "achterstand belasting of toeslagen"
    ARREARS_OTHER = "arrears_other", "overige achterstand"
    WELLBEING_REFERRAL = "wellbeing_referral", "verwijzing welzijn"
    SAFETY_HANDOVER = "safety_handover", "overdracht Veilig Thuis"
    WORRY_AT_INTAKE = "worry_at_intake", "zorg gezien bij intake"


class Mark(Term):
    """What whoever acts on a signal must heed: flags of the source, never content."""

    UNKNOWN = "unknown", "onbekend"
    CALL_FIRST = "call_first", "bel eerst de bron, leg daarna pas contact"
    SOURCE_PROTECTED = "source_protected", "de herkomst is beschermd en wordt niet genoemd"
    WARM_HANDOVER = "warm_handover", "de bron heeft al contact en vraagt om een warme overdracht"
    DOCTOR_REFERS = "doctor_refers", "de huisarts verwijst"
    DOCTOR_ADVISES = "doctor_advises", "de huisarts denkt mee als deskundige"
    DOCTOR_INFORMS = "doctor_informs", "de huisarts informeert met toestemming"


class Attestation(Term):
    """What a landlord or supplier must have done before it may send arrears.

    Source  Besluit gemeentelijke schuldhulpverlening art. 2 onder a-d
    """

    UNKNOWN = "unknown", "onbekend"
    CONTACT_SOUGHT = "contact_sought", "persoonlijk contact gezocht"
    HELP_POINTED_OUT = "help_pointed_out", "op schuldhulp gewezen"
    REMINDED_IN_WRITING = "reminded_in_writing", "schriftelijk herinnerd"
    PASSING_ON_OFFERED = "passing_on_offered", "aangeboden de gegevens door te geven"


class VersionKind(Term):
    UNKNOWN = "unknown", "onbekend"
    REPORTED = "reported", "gemeld"
    CORRECTED = "corrected", "verbeterd"
    WITHDRAWN = "withdrawn", "ingetrokken"


class MembershipKind(Term):
    UNKNOWN = "unknown", "onbekend"
    MEMBER = "member", "lid van het huishouden"
    FORMER = "former", "niet meer lid van het huishouden"


class HouseholdRole(Term):
    UNKNOWN = "unknown", "onbekend"
    ADULT = "adult", "volwassene"
    CHILD = "child", "kind"
    CO_PARENT = "co_parent", "kind van de andere gezaghebbende ouder"


class Protection(Term):
    UNKNOWN = "unknown", "onbekend"
    SECRECY = "secrecy", "geheimhouding persoonsgegevens"
    UNDER_INVESTIGATION = "under_investigation", "gegevens in onderzoek"


class ConsentKind(Term):
    UNKNOWN = "unknown", "onbekend"
    GIVEN = "given", "toestemming gegeven"
    WITHDRAWN = "withdrawn", "toestemming ingetrokken"
    OBJECTED = "objected", "bezwaar gemaakt"
    RESTRICTED = "restricted", "verwerking beperkt"


class GivenBy(Term):
    UNKNOWN = "unknown", "onbekend"
    SELF = "self", "betrokkene zelf"
    REPRESENTATIVE = "representative", "wettelijk vertegenwoordiger"
    BOTH = "both", "betrokkene en wettelijk vertegenwoordiger"


class LifecycleKind(Term):
    UNKNOWN = "unknown", "onbekend"
    ERASED = "erased", "gewist"
    MERGED = "merged", "samengevoegd"
    DIED = "died", "overleden"


class CalendarKind(Term):
    UNKNOWN = "unknown", "onbekend"
    DAY_BEGAN = "day_began", "dag begonnen"


class PolicyKind(Term):
    UNKNOWN = "unknown", "onbekend"
    BUNDLE = "bundle", "nieuw beleid"
    STOP = "stop", "onderdeel stilgezet"
    RESUME = "resume", "onderdeel hervat"


class Purpose(Term):
    """The purposes a decision is asked for (trace.md 4.3)."""

    UNKNOWN = "unknown", "onbekend"
    USE_FOR_CORRELATION = "use_for_correlation", "gebruik voor correlatie"
    SHOW_TO_TEAM = "show_to_team", "tonen aan wijkteam"
    REVEAL_IDENTITY = "reveal_identity", "onthullen van identiteit"


class ContributionKind(Term):
    UNKNOWN = "unknown", "onbekend"
    PRESENT = "present", "bijdrage"
    EMPTY = "empty", "geen bijdrage (meer)"


class Urgency(Term):
    UNKNOWN = "unknown", "onbekend"
    TODAY = "today", "Vandaag"
    THIS_WEEK = "this_week", "Deze week"
    FOLLOW = "follow", "Volgen"


class RecipientRole(Term):
    UNKNOWN = "unknown", "onbekend"
    TEAM_MEMBER = "team_member", "wijkteammedewerker"
    TEAM_LEAD = "team_lead", "teamleider"


class Rung(Term):
    """The disclosure ladder: how much one recipient role may see (needs.md, rank 4)."""

    UNKNOWN = "unknown", "onbekend"
    NOTHING = "nothing", "niets"
    THAT = "that", "dat er een signaal is"
    LIFE_DOMAIN = "life_domain", "leefgebied"
    CODE = "code", "soort signaal"


class AlertKind(Term):
    UNKNOWN = "unknown", "onbekend"
    OPENED = "opened", "signalering geopend"
    UPDATED = "updated", "signalering bijgewerkt"
    WITHDRAWN = "withdrawn", "signalering ingetrokken"
    CLOSED = "closed", "signalering afgesloten"
    DECISION_NOT_APPLIED = "decision_not_applied", "besluit niet doorgevoerd"


class AlertStatus(Term):
    UNKNOWN = "unknown", "onbekend"
    OPEN = "open", "open"
    TAKEN_UP = "taken_up", "opgepakt"
    WITHDRAWN = "withdrawn", "ingetrokken"
    CLOSED = "closed", "afgesloten"


class AlertReason(Term):
    UNKNOWN = "unknown", "onbekend"
    RULE_MATCHED = "rule_matched", "de regel is vervuld"
    CONTENT_CHANGED = "content_changed", "de onderliggende signalen zijn gewijzigd"
    TEAM_CHANGED = "team_changed", "een ander wijkteam is verantwoordelijk geworden"
    NO_LONGER_MATCHED = "no_longer_matched", "de regel is niet meer vervuld"
    NO_TEAM = "no_team", "er is geen verantwoordelijk wijkteam"
    RULE_STOPPED = "rule_stopped", "de regel is stilgezet of vervallen"
    TAKEN_UP_BY_TEAM = "taken_up_by_team", "het wijkteam heeft de signalering opgepakt"
    CLOSED_BY_TEAM = "closed_by_team", "het wijkteam heeft de signalering afgesloten"
    ALREADY_WITHDRAWN = "already_withdrawn", "de signalering was al ingetrokken"
    ALREADY_CLOSED = "already_closed", "de signalering was al afgesloten"
    REASSIGNED = "reassigned", "een ander wijkteam is nu verantwoordelijk"
    UNKNOWN_ALERT = "unknown_alert", "deze signalering is hier niet bekend"
    NEWER_REVISION = "newer_revision", "de signalering was intussen gewijzigd"


class TeamDecisionKind(Term):
    UNKNOWN = "unknown", "onbekend"
    TAKEN_UP = "taken_up", "opgepakt"
    REASSIGNED = "reassigned", "overgedragen"
    SNOOZED = "snoozed", "later herinneren"
    CLOSED = "closed", "afgesloten"


class TeamOutcome(Term):
    """What became of an alert, as the team says it (needs.md A7)."""

    UNKNOWN = "unknown", "onbekend"
    CONTACT_MADE = "contact_made", "contact gelegd"
    HELP_ACCEPTED = "help_accepted", "hulp geaccepteerd"
    HELP_DECLINED = "help_declined", "hulp geweigerd"
    HANDED_ON = "handed_on", "doorgeleid naar een ander"
    ALREADY_KNOWN = "already_known", "al bekend bij hulpverlening"
    NO_CONTACT = "no_contact", "geen contact gekregen"
    NO_FOLLOW_UP_NEEDED = "no_follow_up_needed", "geen opvolging nodig"


class OutcomeKind(Term):
    """What became of a signal (rules.md 4)."""

    UNKNOWN = "unknown", "onbekend"
    USED = "used", "gebruikt in een signalering"
    KEPT_NO_MATCH = "kept_no_match", "bewaard, geen regel vervuld"
    WAITING = "waiting", "wacht"
    DENIED = "denied", "niet toegestaan"
    SUPERSEDED = "superseded", "vervangen door een nieuwere versie"
    WITHDRAWN = "withdrawn", "ingetrokken door de bron"
    EXPIRED = "expired", "bewaartermijn voorbij"
    ERASED = "erased", "gewist"


class Reason(Term):
    """Why a signal may or may not be used, or what it waits for: one list for decisions and outcomes."""

    UNKNOWN = "unknown", "onbekend"
    STATUTORY_TASK = "statutory_task", "wettelijke taak"
    CONSENT_VALID = "consent_valid", "geldige toestemming"
    NEVER_ASKED = "never_asked", "nooit toestemming gegeven"
    CONSENT_WITHDRAWN = "consent_withdrawn", "toestemming ingetrokken"
    CONSENT_EXPIRED = "consent_expired", "toestemming verlopen"
    CONSENT_NOT_YET_VALID = "consent_not_yet_valid", "toestemming nog niet ingegaan"
    OBJECTED = "objected", "bezwaar gemaakt"
    RESTRICTED = "restricted", "verwerking beperkt"
    NOT_IN_CONVENANT = "not_in_convenant", "niet opgenomen in het convenant"
    GROUND_NOT_IN_FORCE = "ground_not_in_force", "grondslag niet van kracht"
    GROUND_STOPPED = "ground_stopped", "grondslag stilgezet"
    ATTESTATION_MISSING = "attestation_missing", "de bron verklaart niet dat aan alle voorwaarden is voldaan"
    PERSON_DIED = "person_died", "persoon overleden"
    CONTRIBUTED = "contributed", "doorgegeven aan het huishouden"
    NO_HOUSEHOLD = "no_household", "huishouden nog niet bekend"
    POLICY_DIFFERS = "policy_differs", "wacht op hetzelfde beleid"
    NO_TEAM = "no_team", "geen verantwoordelijk wijkteam"
    MOVE_UNDER_WAY = "move_under_way", "wacht tot de verhuizing van het huishouden verwerkt is"
    IN_OPEN_ALERT = "in_open_alert", "in een open signalering"
    IN_CLOSED_ALERT = "in_closed_alert", "in een afgesloten signalering"
    NO_RULE_MATCHED = "no_rule_matched", "geen regel vervuld"
    NEWER_VERSION = "newer_version", "er is een nieuwere versie"
    WITHDRAWN_BY_SOURCE = "withdrawn_by_source", "ingetrokken door de bron"
    RETENTION_PASSED = "retention_passed", "bewaartermijn voorbij"
    PERSON_ERASED = "person_erased", "persoon gewist"


class DeliveryKind(Term):
    UNKNOWN = "unknown", "onbekend"
    OPENED = "opened", "levering geopend"
    CLOSED = "closed", "levering gesloten"


class Stage(Term):
    UNKNOWN = "unknown", "onbekend"
    RECEIVE = "receive", "ontvangen"
    NORMALISE = "normalise", "lezen"
    IDENTITY = "identity", "identiteit"
    DECODE = "decode", "decoderen"
    DECIDE = "decide", "beslissen"


class Refusal(Term):
    """Why a file, a row or a record could not be processed; each tells the sender what to do."""

    UNKNOWN = "unknown", "onbekend"
    EMPTY = "empty", "het bestand is leeg"
    ENCODING = "encoding", "de tekencodering klopt niet; lever UTF-8"
    SIZE = "size", "te groot"
    NOT_REGULAR = "not_regular", "geen gewoon bestand"
    SYNTAX = "syntax", "het bestand is niet leesbaar in het afgesproken formaat"
    DTD = "dtd", "een DOCTYPE is niet toegestaan"
    DEPTH = "depth", "te diep genest"
    DUPLICATE_KEY = "duplicate_key", "een veld komt dubbel voor"
    NOT_A_NUMBER = "not_a_number", "NaN of Infinity is niet toegestaan"
    CONTROL_CHARACTER = "control_character", "een stuurteken is niet toegestaan"
    FIELD_MISSING = "field_missing", "een verplicht veld ontbreekt"
    FIELD_INVALID = "field_invalid", "een veld heeft een ongeldige waarde"
    FIELD_NOT_ALLOWED = "field_not_allowed", "dit veld mag niet worden geleverd"
    BSN_INVALID = "bsn_invalid", "het BSN is ongeldig"
    BSN_MISSING = "bsn_missing", "zonder BSN kan dit signaal nog niet worden verwerkt"
    DATE_INVALID = "date_invalid", "een datum is ongeldig"
    DATE_IN_FUTURE = "date_in_future", "een datum ligt in de toekomst"
    KIND_NOT_ACCEPTED = "kind_not_accepted", "deze soort melding wordt niet aangenomen"
    OUTSIDE_AREA = "outside_area", "een andere gemeente dan afgesproken"
    DUPLICATE_IN_FILE = "duplicate_in_file", "dezelfde melding staat twee keer in het bestand"
    QUOTE = "quote", "een aanhalingsteken wordt niet gesloten"
    SEPARATOR = "separator", "een ander scheidingsteken dan afgesproken"
    FIELD_COUNT = "field_count", "te veel of te weinig velden in deze regel"
    DUPLICATE_COLUMN = "duplicate_column", "een kolom komt dubbel voor"
    MANIFEST = "manifest", "het begeleidende overzicht klopt niet met de inhoud"
    ARCHIVE = "archive", "dit archief wordt niet uitgepakt"
    PARSER_FAILED = "parser_failed", "het lezen van dit bestand liep vast"
    IDENTITY_UNCERTAIN = "identity_uncertain", "niet zeker is over wie dit gaat; een medewerker kijkt ernaar"
    NOT_RESIDENT = "not_resident", "de persoon is geen inwoner van deze gemeente"
    CONSENT_NEEDED = "consent_needed", "een geldige toestemming van de patiënt ontbreekt"
    MAY_NOT_CONSENT = "may_not_consent", "wie dit verklaart, mag dat voor deze persoon niet (alleen)"
    ADVICE_RECORD = "advice_record", "een adviesvraag mag niet worden geleverd"
    POLICE_SOURCE = "police_source", "een melding van de politie mag niet worden geleverd"
    UNBORN = "unborn", "een ongeboren kind kan nog niet worden verwerkt"
    WINDOW_INCOMPLETE = "window_incomplete", "het bestand beslaat niet de hele periode"
    CEILING = "ceiling", "meer signalen over één persoon dan afgesproken"
    FRAMING = "framing", "geen geldig Avro-raam"
    HEADER = "header", "een verplichte header ontbreekt of is ongeldig"
    KEY = "key", "de sleutel hoort niet bij de inhoud"
    LEAKED_NUMBER = "leaked_number", "een nummer staat waar het niet mag staan"
    PARTITION = "partition", "de partitie hoort niet bij de eigenaar"
    SCHEMA_NOT_ALLOWED = "schema_not_allowed", "dit schema is hier niet toegestaan"
    SCHEMA_RESOLUTION = "schema_resolution", "het schema past niet"
    DECODE = "decode", "de inhoud is niet te decoderen"
    TRAILING_BYTES = "trailing_bytes", "er staan bytes achter het record"
    TOMBSTONE = "tombstone", "een leeg record is hier niet toegestaan"
    UNDECIDABLE = "undecidable", "de beslissing mislukte; dit is een fout in de software"


class Settlement(Term):
    """What was done with something in quarantine: only these, so that no words about a person are written."""

    UNKNOWN = "unknown", "onbekend"
    REDRIVEN = "redriven", "opnieuw aangeboden"
    REDELIVERED = "redelivered", "afgedaan: de bron levert het opnieuw"
    BY_MISTAKE = "by_mistake", "afgedaan: bij vergissing geleverd"
    MAY_NOT_HAVE = "may_not_have", "afgedaan: dit mogen wij niet hebben"
    TOO_LATE = "too_late", "afgedaan: te oud om nog te gebruiken"


class StateKind(Term):
    UNKNOWN = "unknown", "onbekend"
    OWNER = "owner", "toestand van één eigenaar"
    CURSOR = "cursor", "boekhouding van één partitie"


class ProcessingStatus(Term):
    UNKNOWN = "unknown", "onbekend"
    UNSET = "unset", "uitgevoerd"
    ERROR = "error", "niet kunnen uitvoeren"
