"""What a sender must do about each reason for which a file or row is refused: one Dutch sentence each."""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.vocabulary import Refusal

_OURS = "Dit ligt niet aan uw bestand: meld het bij de gemeente, met het ontvangstnummer."

WHAT_TO_DO: Mapping[Refusal, str] = MappingProxyType(
    {
        Refusal.UNKNOWN: _OURS,
        Refusal.EMPTY: "Controleer of de export gelukt is en lever het bestand opnieuw, met ten minste één rij.",
        Refusal.ENCODING: "Sla het bestand op als UTF-8 en lever het opnieuw.",
        Refusal.SIZE: "Verdeel de levering over meer bestanden, of kort de genoemde rij in.",
        Refusal.NOT_REGULAR: "Zet het bestand zelf in de map: geen koppeling, map of snelkoppeling.",
        Refusal.SYNTAX: "Maak de export opnieuw; het bestand is afgebroken of heeft een ander formaat.",
        Refusal.DTD: "Haal de DOCTYPE-regel bovenaan het XML-bestand weg.",
        Refusal.DEPTH: "Gebruik de afgesproken indeling: er staan te veel niveaus in elkaar.",
        Refusal.DUPLICATE_KEY: "Laat elk veld één keer per rij voorkomen.",
        Refusal.NOT_A_NUMBER: "Vul een gewoon getal in, of laat het veld weg.",
        Refusal.CONTROL_CHARACTER: "Verwijder onzichtbare tekens uit het genoemde veld; typ de waarde opnieuw.",
        Refusal.FIELD_MISSING: "Vul het genoemde veld in.",
        Refusal.FIELD_INVALID: "Vul het veld in zoals de kolombeschrijving zegt (keuzelijst, lengte, vorm).",
        Refusal.FIELD_NOT_ALLOWED: "Verwijder het veld dat niet in de kolombeschrijving staat.",
        Refusal.BSN_INVALID: "Controleer het BSN: negen cijfers, zonder spaties of punten, en zonder typefout.",
        Refusal.BSN_MISSING: "Vul het BSN in, of de gegevens die de kolombeschrijving in plaats daarvan noemt.",
        Refusal.DATE_INVALID: "Schrijf de datum als jjjj-mm-dd; kijk of hij bestaat en bij de andere past.",
        Refusal.DATE_IN_FUTURE: "Controleer de datum en de klok van uw systeem; lever pas als de dag er is.",
        Refusal.KIND_NOT_ACCEPTED: "Laat deze soort melding weg; hiervoor is geen afspraak met de gemeente.",
        Refusal.OUTSIDE_AREA: "Lever aan de gemeente die in het bestand staat, of herstel de gemeentecode.",
        Refusal.DUPLICATE_IN_FILE: "Laat per kenmerk alleen de laatste rij staan.",
        Refusal.QUOTE: "Sluit elk aanhalingsteken; een waarde mag niet over twee regels lopen.",
        Refusal.SEPARATOR: "Gebruik het afgesproken scheidingsteken (puntkomma) en maak de export opnieuw.",
        Refusal.FIELD_COUNT: "Geef de rij evenveel velden als de kopregel; zet een waarde met ; tussen quotes.",
        Refusal.DUPLICATE_COLUMN: "Verwijder de dubbele kolom uit de kopregel.",
        Refusal.MANIFEST: "Lever bestand en overzicht opnieuw; het aantal rijen of de controlesom klopt niet.",
        Refusal.ARCHIVE: "Lever het bestand uitgepakt, of pak het opnieuw in: zonder wachtwoord en mappen.",
        Refusal.PARSER_FAILED: "Maak de export opnieuw; gebeurt het weer, meld het dan bij de gemeente.",
        Refusal.IDENTITY_UNCERTAIN: "U hoeft niets te doen; lever een volgende keer het BSN, als dat mag.",
        Refusal.NOT_RESIDENT: "Lever dit aan de gemeente waar de persoon woont.",
        Refusal.CONSENT_NEEDED: "Leg de toestemming vast zoals het veld zegt; lever de verwijzing daarna opnieuw.",
        Refusal.MAY_NOT_CONSENT: "Laat wie dat mag de verklaring geven; bij twee ouders met gezag allebei.",
        Refusal.ADVICE_RECORD: "Haal de adviesvraag uit het bestand; alleen een overdracht mag u leveren.",
        Refusal.POLICE_SOURCE: "Haal de melding van de politie uit het bestand; die mag u hier niet doorgeven.",
        Refusal.UNBORN: "Lever over de moeder, of wacht tot het kind is ingeschreven.",
        Refusal.WINDOW_INCOMPLETE: "Maak een export over de hele periode, met alle lesdagen.",
        Refusal.CEILING: "Kijk of uw systeem zich herhaalt; lever wat klopt morgen in een nieuw bestand.",
        Refusal.FRAMING: _OURS,
        Refusal.HEADER: _OURS,
        Refusal.KEY: _OURS,
        Refusal.LEAKED_NUMBER: _OURS,
        Refusal.PARTITION: _OURS,
        Refusal.SCHEMA_NOT_ALLOWED: _OURS,
        Refusal.SCHEMA_RESOLUTION: _OURS,
        Refusal.DECODE: _OURS,
        Refusal.TRAILING_BYTES: _OURS,
        Refusal.TOMBSTONE: _OURS,
        Refusal.UNDECIDABLE: _OURS,
    }
)  # fmt: skip
