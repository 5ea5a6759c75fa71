"""The tables that files bring, defined once: columns, types, units, which may be missing, what others call them.

``linelist``, ``contacts``, ``visits``, ``places`` and ``tests`` are those of the house; ``tubes`` is what
laboratories send. Importers validate with these definitions and the documentation prints them. What others call a
column stands here in English and Chinese, and in ``words/*.toml`` in further languages and as peers export it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any, Literal

Type = Literal["id", "ids", "date", "moment", "code", "age", "whole", "number", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    codes      the code list of a coded column; otherwise: the code for a word that the list does not know,
               None where such a word is a fault
    by_values  whether the column may be recognised by what stands in it
    """

    name: str
    type: Type
    meaning: str
    synonyms: tuple[str, ...] = ()
    needed: bool = False
    unit: str = ""
    codes: str | None = None
    otherwise: str | None = None
    by_values: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what a row is, and its columns."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    file_words: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """The column of this name; raises KeyError."""
        return next(each for each in self.columns if each.name == name)

    @property
    def needed(self) -> frozenset[str]:
        """The columns without which a file is not this table."""
        return frozenset(each.name for each in self.columns if each.needed)


# The day on which a source knew of a case at the latest, the first of these that it has: what it knew before is not
# asked, to read no hindsight in.
KNOWN_BY = ("report_date", "confirm_date", "admission_date", "sample_date", "onset_date", "rash_date")

# Read only for a stated purpose; otherwise left out, and the report of the mapping says so.
SPECIAL_CATEGORIES: dict[str, tuple[str, ...]] = {
    "ethnicity": ("ethnic group", "ethnic", "race", "民族", "ethnie", "groupe ethnique", "etnia", "grupo étnico", "raza", "raça",
                  "raça/cor", "etnicidade", "ethnische zugehörigkeit", "этническая принадлежность", "национальность",
                  "العرق", "الإثنية", "민족", "인종"),
    "religion": ("faith", "宗教", "宗教信仰", "confession", "religión", "religião", "konfession", "религия", "вероисповедание", "الديانة",
                 "الدين", "종교"),
    "political opinion": ("party membership", "政治面貌", "opinion politique", "opinión política", "opinião política",
                          "politische meinung", "политические взгляды", "الرأي السياسي", "정치 성향"),
    "sexual orientation": ("orientation", "性取向", "orientation sexuelle", "orientación sexual", "orientação sexual",
                           "sexuelle orientierung", "сексуальная ориентация", "التوجه الجنسي", "성적 지향"),
    "biometrics": ("fingerprint", "face id", "指纹", "人脸", "empreinte digitale", "huella dactilar", "impressão digital",
                   "fingerabdruck", "отпечаток пальца", "البصمة", "지문"),
    "genetic data": ("dna", "genotype of person", "基因", "adn", "유전정보"),
    "trade union": ("trade union membership", "工会会员", "syndicat", "sindicato", "gewerkschaft", "профсоюз"),
}  # fmt: skip
WORDS_OF_IDENTITY = (
    "name", "full name", "first name", "last name", "surname", "given name", "middle name", "patient name", "case name", "phone",
    "telephone", "mobile", "phone number", "email", "e-mail", "address", "home address", "id number", "identity card", "passport",
    "passport number", "national id", "date of birth", "birth date", "dob", "姓名", "电话", "手机", "手机号", "联系电话", "身份证",
    "身份证号", "证件号", "证件号码", "护照号", "住址", "家庭住址", "现住址", "详细地址", "出生日期",
    "nom", "prénom", "nom complet", "nom et prénom", "téléphone", "numéro de téléphone", "adresse", "courriel", "date de naissance",
    "numéro d'identité", "passeport", "nombre", "nombres", "apellido", "apellidos", "nombre completo", "nombre y apellido", "teléfono",
    "celular", "dirección", "correo electrónico", "fecha de nacimiento", "dni", "cédula", "documento de identidad", "pasaporte", "nome",
    "nome completo", "sobrenome", "apelido", "telefone", "telemóvel", "endereço", "morada", "data de nascimento", "cpf", "rg", "cartão sus",
    "passaporte", "nome da mãe", "vorname", "nachname", "familienname", "vollständiger name", "telefon", "telefonnummer", "handy", "anschrift",
    "adresse", "straße", "geburtsdatum", "ausweisnummer", "reisepass", "фио", "имя", "фамилия", "отчество", "телефон", "адрес",
    "дата рождения", "паспорт", "снилс", "الاسم", "اسم المريض", "الاسم الكامل", "الهاتف", "رقم الهاتف", "العنوان", "تاريخ الميلاد",
    "رقم الهوية", "جواز السفر", "이름", "성명", "환자명", "전화번호", "휴대폰", "연락처", "주소", "생년월일", "주민등록번호", "여권번호",
    "firstName", "lastName", "person.firstName", "person.lastName", "middleName", "phoneNumber", "primary phone number",
    "address line 1", "addressLine1", "addresses address line 1", "emailAddress", "person.phone", "person.address", "documents number",
    "document number", "birthdate",
)  # fmt: skip

_LINELIST = Table(
    "linelist",
    "a row for each case",
    (
        Column("case_id", "id", "the case's id in this file",
               ("id", "case", "case no", "case number", "patient_id", "patient", "person_id", "unique id",
                "病例编号", "病例号", "编号", "患者编号", "序号"), needed=True),
        Column("onset_date", "date", "first symptoms",
               ("onset", "symptom onset", "date of symptom onset", "date_onset_symptoms", "prodrome", "illness onset",
                "发病日期", "发病时间", "起病日期", "症状出现日期", "症状开始日期")),
        Column("rash_date", "date", "first day of the rash", ("rash", "date of rash onset", "出疹日期", "出疹时间")),
        Column("sample_date", "date", "specimen taken",
               ("sample", "date of sample", "specimen date", "swab date", "collection date", "采样日期", "采样时间")),
        Column("confirm_date", "date", "confirmed or diagnosed",
               ("confirmed_date", "confirmation", "diagnosis date", "diag", "diagnosed", "date of confirmation",
                "确诊日期", "诊断日期", "确诊时间", "诊断时间")),
        Column("report_date", "date", "reported to the authority",
               ("report", "reported", "notification date", "date notified", "报告日期", "报告时间", "上报日期")),
        Column("admission_date", "date", "taken into a hospital",
               ("admission", "hospitalisation", "hospitalization", "hospitalised date", "date hosp", "date hospital",
                "入院日期", "住院日期", "入院时间")),
        Column("isolate_date", "date", "isolated",
               ("isolation", "isolated date", "quarantine", "date quarantine", "隔离日期", "隔离时间", "管控日期")),
        Column("exposure_start", "date", "first possible exposure",
               ("start exp", "exposure first", "first exposure", "start_source", "infection earliest", "暴露开始日期", "首次暴露日期")),
        Column("exposure_end", "date", "last possible exposure",
               ("end exp", "exposure last", "last exposure", "end_source", "last_poss_exposure", "暴露结束日期", "末次暴露日期")),
        Column("infection_date", "date", "day of infection, where the file knows it",
               ("infection", "date of infection", "infected date", "感染日期")),
        Column("classification", "code", "suspected, probable, confirmed, asymptomatic, not a case",
               ("case classification", "case type", "case status", "case definition", "status", "病例分类", "病例类型", "诊断类型"),
               codes="classification"),
        Column("found_in", "code", "how the case was found", ("found", "detection route", "发现途径", "发现方式"),
               codes="found_in", otherwise="unknown"),
        Column("residence", "text", "where the case lives", ("place of residence", "现居住地", "居住地")),
        Column("jurisdiction", "id", "ISO 3166 code of the place that answers", ("iso 3166", "辖区代码")),
        Column("country", "text", "country that reported the case",
               ("reporting country", "reporting_ctry", "ctry", "country of report", "国家", "报告国家")),
        Column("household_id", "id", "household", ("household", "family", "family id", "hh id", "家庭编号", "户号")),
        Column("group_id", "id", "class, ward, workplace",
               ("group", "class", "class id", "school class", "ward", "ward id", "workplace", "班级", "病区", "工作单位")),
        Column("facility_id", "text", "hospital or facility",
               ("facility", "hospital", "loc hosp", "hospital name", "treated at", "医院", "收治医院", "就诊医院")),
        Column("lon", "number", "longitude of the home", ("longitude", "lng", "经度"), unit="degrees"),
        Column("lat", "number", "latitude of the home", ("latitude", "纬度"), unit="degrees"),
        Column("age", "age", "age, or an age band", ("age years", "age in years", "年龄"), unit="years"),
        Column("sex", "code", "sex", ("gender", "性别"), codes="sex"),
        Column("occupation", "code", "occupation", ("profession", "job", "职业"), codes="occupation", otherwise="other"),
        Column("vaccination", "text", "vaccination", ("vaccinated", "vaccination status", "doses", "接种情况", "疫苗接种")),
        Column("infector_id", "id", "who infected the case, as reported",
               ("infector", "infected by", "source case", "infector case", "感染来源编号", "传染源编号")),
        Column("outcome", "code", "how it ended", ("state", "status", "final outcome", "转归", "结局"), codes="outcome"),
        Column("outcome_date", "date", "when it ended", ("date of outcome", "转归日期", "结局日期")),
        Column("death_date", "date", "died", ("death", "deceased date", "died", "date of death", "死亡日期", "死亡时间")),
        Column("recovery_date", "date", "recovered or discharged",
               ("recovery", "released date", "release", "discharge", "date discharge", "recovered date", "出院日期", "治愈日期")),
    ),
    ("linelist", "line list", "line_list", "cases", "patients", "patient info", "病例", "一览表", "病例一览表"),
)  # fmt: skip

_CONTACTS = Table(
    "contacts",
    "a row for each meeting of a case with a contact",
    (
        Column("source_id", "id", "the case whom the contact met",
               ("from", "infector", "infected by", "source case", "case", "index", "index case", "primary", "edge", "linked to",
                "病例编号", "关联病例", "关联病例编号"),
               needed=True),
        Column("contact_id", "id", "the contact",
               ("to", "infectee", "case_id", "patient_id", "contact", "contact person", "secondary", "密接编号", "密接者编号", "接触者编号"),
               needed=True),
        Column("first_exposure", "date", "first meeting", ("exposure start", "first contact", "首次接触日期", "首次接触时间")),
        Column("last_exposure", "date", "last meeting",
               ("exposure end", "last contact", "date of last contact", "末次接触日期", "末次接触时间", "最后接触时间")),
        Column("setting", "code", "where they met",
               ("exposure", "exposure setting", "place of contact", "contact setting", "接触地点", "接触场所", "暴露场所"),
               codes="setting", otherwise="other", by_values=True),
        Column("kind", "code", "what they are to each other", ("relation", "relationship", "contact type", "关系", "接触方式"),
               codes="contact_relation", otherwise="other"),
        Column("certainty", "code", "how sure it is", ("confidence", "certainty level", "可信度"), codes="certainty"),
    ),
    ("contacts", "contact", "edges", "links", "transmission pairs", "密接", "接触者", "密切接触者"),
)  # fmt: skip

_VISITS = Table(
    "visits",
    "a row for each stay of a person at a place",
    (
        Column("person_id", "id", "the person", ("case_id", "patient_id", "person", "id", "人员编号"), needed=True),
        Column("place_id", "id", "the place", ("place", "venue", "location", "location_id", "场所编号", "地点"), needed=True),
        Column("enter", "moment", "came", ("arrival", "start", "entered", "date", "visit date", "进入时间", "到达时间"), needed=True),
        Column("leave", "moment", "went", ("departure", "end", "left", "离开时间")),
        Column("source", "text", "who says so", ("来源",)),
    ),
    ("visits", "visit", "stays", "route", "routes", "trajectory", "movements", "轨迹", "行程"),
)  # fmt: skip

_PLACES = Table(
    "places",
    "a row for each place",
    (
        Column("place_id", "id", "the place", ("id", "venue_id", "location_id", "场所编号"), needed=True),
        Column("name", "text", "public name", ("place name", "venue", "场所名称")),
        Column("kind", "code", "what it is", ("type", "place kind", "place type", "场所类型"), codes="place_kind", otherwise="other"),
        Column("jurisdiction", "id", "ISO 3166 code of the place that answers", ("辖区代码",)),
        Column("lon", "number", "longitude", ("longitude", "lng", "经度"), unit="degrees"),
        Column("lat", "number", "latitude", ("latitude", "纬度"), unit="degrees"),
    ),
    ("places", "place", "venues", "locations", "场所"),
)  # fmt: skip

_TESTS = Table(
    "tests",
    "a row for each test of a person",
    (
        Column("case_id", "id", "the person", ("person_id", "patient_id", "id", "人员编号", "病例编号"), needed=True),
        Column("sample_date", "date", "specimen taken", ("sampled", "date of sample", "specimen date", "采样日期"), needed=True),
        Column("kind", "code", "kind of test", ("assay", "test", "test kind", "test type", "检测方法"), codes="assay", otherwise="other"),
        Column("result", "code", "what it said", ("test result", "结果", "检测结果"), needed=True, codes="test_result"),
        Column("ct", "number", "cycle threshold", ("ct value", "CT值"), unit="Ct"),
    ),
    ("tests", "test", "results", "laboratory", "检测", "检测结果"),
)  # fmt: skip

_TUBES = Table(
    "tubes",
    "a row for each tube, or for each person of a tube",
    (
        Column("tube_id", "id", "the tube",
               ("tube", "tube no", "tube number", "tube code", "tube barcode", "barcode", "pool id", "sample id", "specimen id",
                "管号", "试管编号", "试管号", "采样管编号", "采样管号", "混管编号", "样本编号", "样本号", "条码", "条码号"), needed=True),
        Column("person_id", "id", "one person of the tube",
               ("person", "member", "member id", "case_id", "人员编号", "人员id", "受检者编号", "受检人编号", "被采样人编号")),
        Column("members", "ids", "all people of the tube, with ; or | between",
               ("person ids", "people", "member ids", "persons", "成员", "混管人员", "人员列表", "人员名单编号", "同管人员")),
        Column("sampled_at", "moment", "swabbed",
               ("sampling time", "sample time", "sample date", "collected at", "collection time", "date of sampling",
                "采样时间", "采样日期")),
        Column("resulted_at", "moment", "read",
               ("result time", "result date", "reported at", "report time", "tested at", "test time", "read at",
                "出结果时间", "结果时间", "检测时间", "报告时间", "出报告时间", "检测日期")),
        Column("result", "code", "what it said", ("test result", "outcome", "结果", "检测结果", "核酸结果"), codes="test_result"),
        Column("ct", "number", "Ct of the N gene",
               ("ct value", "ct n", "n ct", "ct_n_gene", "CT值", "N基因CT值", "N基因CT", "N基因"), unit="Ct"),
        Column("ct_orf", "number", "Ct of ORF1ab",
               ("orf1ab", "orf ct", "ct orf1ab", "orf1ab ct", "ORF1ab基因CT值", "ORF1ab CT值", "ORF基因"), unit="Ct"),
        Column("pool_size", "whole", "how many swabs the tube is made for: 1, 5, 10 or 20",
               ("pool", "size", "pooling", "pool type", "混采比例", "混管数", "混管人数", "混采人数", "管规格"), unit="swabs"),
        Column("purpose", "code", "why it was taken", ("sampling purpose", "采样目的", "采样原因"), codes="sampling_purpose"),
        Column("assay", "code", "how it was read", ("test type", "method", "检测方法"), codes="assay"),
    ),
    ("tubes", "tube", "laboratory", "混管", "核酸"),
)  # fmt: skip


def _in_other_words(table: Table, files: list[dict[str, Any]]) -> Table:
    """The table with what its columns are called in further languages; a word is kept once."""

    def more(part: str, name: str) -> tuple[str, ...]:
        return tuple(word for file in files for word in file.get(part, {}).get(name, ()))

    columns = tuple(
        replace(
            each,
            synonyms=tuple(
                dict.fromkeys(
                    word for word in (*each.synonyms, *more(table.name, each.name)) if word != each.name
                )
            ),
        )
        for each in table.columns
    )
    words = tuple(dict.fromkeys((*table.file_words, *more("file_words", table.name))))
    return replace(table, columns=columns, file_words=words)


def _words() -> list[dict[str, Any]]:
    folder = resources.files("quell.tables") / "words"
    found = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name
    )
    return [tomllib.loads(each.read_text(encoding="utf-8")) for each in found]


TABLES: dict[str, Table] = {
    table.name: _in_other_words(table, words)
    for words in [_words()]
    for table in (_LINELIST, _CONTACTS, _VISITS, _PLACES, _TESTS, _TUBES)
}
LINELIST, CONTACTS, VISITS, PLACES, TESTS, TUBES = TABLES.values()
