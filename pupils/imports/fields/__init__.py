"""Every field that an import can fill, in the order in which the preview shows them.

A new one is a class, or an instance of one, in a module of this package, and its place in `FIELDS`.
"""

from ..parsing import codes, values
from .base import Cells, Column, Comparison, Derived, Difference, Field, Shelf, Source, column
from .contacts import Contacts
from .flags import FLAGS
from .needs import Needs
from .pupil import (
    FirstDay,
    FullName,
    NotKept,
    PreferredName,
    PupilChoice,
    PupilDate,
    PupilName,
    PupilValue,
    SystemNumber,
    Upn,
    YearTaughtIn,
)
from .school import ComingBack, EnrolmentKind, FormClass, KeyWorker, LastDay
from .sen import SenEnd, SenStart, SenStatus

UPN = Upn(
    "upn",
    "UPN",
    column(
        "upn",
        "UPN; Unique Pupil Number; Student UPN; Pupil UPN; Learner UPN; UPN Number; Current UPN; "
        "Unique Pupil No; Pupil Number (UPN)",
        values.parse_upn,
        keeps_out=True,
    ),
)
FORMER_UPN = PupilValue(
    "former_upn",
    "Former UPN",
    column("former_upn", "Former UPN; Previous UPN; Old UPN; Temporary UPN", values.parse_upn),
)
ULN = PupilValue(
    "uln",
    "ULN",
    column(
        "uln",
        "ULN; Unique Learner Number; Unique Learner No; Student ULN; Pupil ULN; Learner Number",
        values.parse_uln,
    ),
)
MIS_ID = SystemNumber(
    "mis_id",
    "Information system number",
    column(
        "mis_id",
        "MIS id; Adno; Adm No; Admission Number; Admission No; Admissions Number; Admis No; Student ID; "
        "Pupil ID; Person ID; Learner ID; External ID; System ID; MIS Number; Id; Student Number; "
        "Pupil Reference; Student Reference; Unique ID; School ID Number",
        values.parse_mis_id,
    ),
)
SURNAME = PupilName(
    "legal_surname",
    "Legal surname",
    column(
        "legal_surname",
        "Legal surname; Surname; Last name; Legal last name; Family name; Legal family name; Student surname; "
        "Pupil surname; Student last name; Pupil last name; Lastname; Child surname; Legal name: surname",
        values.parse_name,
        keeps_out=True,
        is_blank=values.is_no_name,
    ),
)
FORENAME = PupilName(
    "legal_forename",
    "Legal forename",
    column(
        "legal_forename",
        "Legal forename; Forename; First name; Legal first name; Given name; Legal given name; Student forename; "
        "Pupil forename; Student first name; Pupil first name; Forenames; First names; Firstname; Forename(s); "
        "Child forename; Legal name: forename",
        values.parse_name,
        keeps_out=True,
        is_blank=values.is_no_name,
    ),
)
MIDDLE_NAMES = PupilName(
    "middle_names",
    "Middle names",
    column(
        "middle_names",
        "Middle names; Middle name; Middle name(s); Legal middle names; Legal middle name; Other names",
        values.parse_name,
    ),
)
PREFERRED_SURNAME = PreferredName(
    "preferred_surname",
    "Preferred surname",
    SURNAME,
    column(
        "preferred_surname",
        "Preferred surname; Preferred last name; Preferred family name; Known as surname; Chosen surname",
        values.parse_name,
    ),
)
PREFERRED_FORENAME = PreferredName(
    "preferred_forename",
    "Name they like",
    FORENAME,
    column(
        "preferred_forename",
        "Preferred forename; Preferred name; Preferred first name; Known as; Known name; Preferred given name; "
        "Chosen name; Chosen first name; Chosen forename; Goes by; Pref forename; Pref name; Pref first name",
        values.parse_name,
    ),
)
FULL_NAME = FullName(
    "full_name",
    column(
        "full_name",
        "Full name; Name; Pupil name; Student name; Learner name; Legal name; Pupil; Student; Legal full name; "
        "Student full name; Pupil full name; Surname Forename; Surname and forename; Child name; "
        "Name (surname, forename); Learner; Child",
        values.parse_full_name,
        keeps_out=True,
        is_blank=values.is_no_name,
    ),
    surname=SURNAME,
    forename=FORENAME,
    preferred=PREFERRED_FORENAME,
)
BIRTH = PupilDate(
    "birth_on",
    "Date of birth",
    column(
        "birth_on",
        "Date of birth; DOB; D.O.B.; D of B; Birth date; Birthdate; Born; Born on; Birthday; Date birth; "
        "Student date of birth; Pupil date of birth; Student DOB; Pupil DOB",
        values.parse_birth_date,
        is_date=True,
        keeps_out=True,
    ),
)
SEX = PupilChoice(
    "sex",
    "Sex",
    column("sex", "Sex; Legal sex; Gender; Legal gender; Sex (legal); M/F", codes.parse_sex),
    unknown="U",
)
YEAR = YearTaughtIn(
    "year_group",
    "Year taught in",
    column(
        "year_group",
        "Year group; Year; NC Year; NC Year Actual; NCyearActual; Curriculum year; Yr; National Curriculum Year; "
        "Current year group; Year taught in; Actual NC year; Yr Grp; Year Grp; Yr Gp; NCY; NC Year Group; "
        "Year group name",
        codes.parse_year_group,
        Shelf.SCHOOL,
        keeps_out=True,
    ),
)
LANGUAGE = PupilValue(
    "first_language",
    "First language",
    column(
        "first_language",
        "First language; Home language; Language; Mother tongue; Native language; Main language; "
        "First language name; Language (first)",
        values.parse_language,
    ),
)
JOINED = FirstDay(
    "joined_on",
    "Joined",
    column(
        "joined_on",
        "Admission date; Date of admission; Joined; Joined on; Date of entry; Entry date; Start date; "
        "Enrolment date; Date joined; Join date; Enrolment start date; DOA; Date of joining; School start date",
        values.parse_date,
        Shelf.SCHOOL,
        is_date=True,
    ),
)
CLASS = FormClass(
    "group",
    column(
        "group",
        "Registration group; Reg Group; Registration form; Tutor Group; Form; Form/Tutor Group; Class; "
        "Form group; Registration; Reg; Reg form; Class name; Current form; Current class; Form name; "
        "Main class; Registration class; Year / Reg; Year / Form; Year / Class; Yr / Form; Yr / Reg; Yr / Class; "
        "Year & Form; Year/Tutor group; Class/Form; Form/Class",
        values.parse_group,
        Shelf.SCHOOL,
    ),
    year=YEAR,
)
KEY_WORKER = KeyWorker(
    "key_worker",
    column(
        "key_worker_email",
        "Key worker email; Key worker; Keyworker; Keyworker email; Key person email; Key adult email; "
        "SEN key worker; Key worker e-mail; Link worker email",
        values.parse_worker,
        Shelf.SCHOOL,
    ),
)
ENROLMENT = EnrolmentKind(
    "enrolment",
    column(
        "enrolment_type",
        "Enrolment status; Enrolment type; Enrolment; Enrollment status; Enrol status; EnrolStatus; "
        "Registration type; Registration status; Current enrolment status",
        codes.parse_enrolment,
        Shelf.SCHOOL,
    ),
)
SEN_START = SenStart(
    "sen_start",
    column(
        "sen_start_on",
        "SEN start date; SEN provision start date; SEN status start date; SEND start date; SEN stage start date; "
        "SEN from; SEN since; SEN status start; SEN start; Provision start date; Date placed on SEN register; "
        "SEN date; SEN provision start; Date added to SEN register; SEN status since; SEN stage start; SEND from; "
        "SEND since; SEND status start; SEND stage start; SEN status date; SEN status from; SEN stage from",
        values.parse_date,
        Shelf.SEND,
        is_date=True,
        keeps_out=True,
    ),
)
SEN_END = SenEnd(
    "sen_end",
    column(
        "sen_end_on",
        "SEN end date; SEN provision end date; SEN status end date; SEND end date; SEN stage end date; SEN to; "
        "SEN until; SEN end; Provision end date; Date removed from SEN register; SEN stage end; SEN status end; "
        "SEN status to; SEND stage end date; SEN status until",
        values.parse_date,
        Shelf.SEND,
        is_date=True,
        keeps_out=True,
    ),
)
NEEDS = Needs("needs")
SEN = SenStatus(
    "sen",
    column(
        "sen_code",
        "SEN status; SEN Provision; SEN stage; SEN code; SEND status; SEND provision; SEND code; SEN; SEND; "
        "Current SEN status; SEN level; SEN support status; SEN provision code; SEND stage; "
        "Current SEN provision; SEN status code; Special educational needs status; SEN stage/status; "
        "SEN provision type; SEND register; SEN register; SEN register status; SEND register status; Latest SEN status",
        codes.parse_sen_code,
        Shelf.SEND,
        keeps_out=True,
        is_blank=values.is_no_status,
    ),
    (
        column(
            "sen_has_support",
            "Has SEN Support; SEN Support; SEND Support; On SEN Support; Is SEN Support; Receives SEN Support; "
            "SEN Support Y/N; SEN Support Yes/No; SEN K; SEN (K)",
            codes.parse_sen_code,
            Shelf.SEND,
        ),
        "K",
    ),
    (
        column(
            "sen_has_plan",
            "Has an EHC plan; EHCP; EHC plan; Has EHCP; EHCP Y/N; EHCP Yes/No; Has EHC plan; EHC plan Y/N; "
            "EHCP in place; EHC plan in place; SEN E; EHCP (E)",
            codes.parse_sen_code,
            Shelf.SEND,
        ),
        "E",
    ),
    start=SEN_START,
    end=SEN_END,
    needs=NEEDS,
    birth=BIRTH,
)
STAGES = SEN.stages
CONTACTS = Contacts("contact")
LAST_DAY = LastDay(
    "left",
    column(
        "left_on",
        "Leaving date; Date of leaving; Left on; Leave date; Date left; DOL; Exit date; Enrolment end date; "
        "Removed from roll; Left; Off roll date; Date off roll",
        values.parse_date,
        Shelf.SCHOOL,
        is_date=True,
    ),
)
BACK = ComingBack("back", first_day=JOINED, sen=SEN)
# Of a pupil who comes back these begin anew; they are not compared with what was.
BEGIN_AGAIN = (SEN, SEN_START, SEN_END, NEEDS, STAGES, JOINED, ENROLMENT, LAST_DAY)
ADDRESS = NotKept(
    "address",
    column(
        "address",
        "Address; Home address; Full address; Pupil address; Student address; Postal address; Current address; "
        "Main address",
        values.parse_address,
        Shelf.NOT_KEPT,
    ),
)
NAME_IN_USE = NotKept(
    "name_in_use",
    column(
        "name_in_use",
        "Name in use; Preferred full name; Display name; Known as full name",
        values.parse_name,
        Shelf.NOT_KEPT,
        is_blank=values.is_no_name,
    ),
)
POSTCODE = NotKept(
    "postcode",
    column(
        "postcode",
        "Postcode; Post code; Home postcode; Pupil postcode; Student postcode; Current postcode",
        values.parse_postcode,
        Shelf.NOT_KEPT,
    ),
)

FIELDS = (
    UPN, FORMER_UPN, ULN, MIS_ID, FULL_NAME, SURNAME, FORENAME, MIDDLE_NAMES, PREFERRED_SURNAME, PREFERRED_FORENAME,
    BIRTH, SEX, YEAR, LANGUAGE, JOINED, CLASS, KEY_WORKER, ENROLMENT, SEN, NEEDS, SEN_START, SEN_END, STAGES, *FLAGS,
    CONTACTS, LAST_DAY, BACK, NAME_IN_USE, ADDRESS, POSTCODE,
)  # fmt: skip
NAMES = (SURNAME, FORENAME)
ONE_NAME = ""  # the forename of somebody who has one name, which stands as the surname
COLUMNS = tuple(column for field in FIELDS for column in field.columns)
LABELS = {column.name: column.label for column in COLUMNS}
BY_NAME = {field.name: field for field in FIELDS} | {f"flag:{flag.kind}": flag for flag in FLAGS}


def field_of(difference: Difference) -> Field:
    """Return the field that a line of a preview is about."""
    return BY_NAME.get(difference.key) or BY_NAME[difference.key.partition(":")[0]]


__all__ = ["Cells", "Column", "Comparison", "Derived", "Difference", "Field", "Shelf", "Source", "column"]
