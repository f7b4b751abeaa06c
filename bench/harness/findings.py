"""What is wrong with a generated register, and how much of it ids.csv finds.

What was planted stands in faults.csv. But slips of the pen contradict numbers and dates, too, and what one record shows by
itself is told here from its values, by rules of their own: nothing of khop's is used. One person's several numbers are
told from the truth. A finding is its kind and its records (or, of numbers that a person has, the person).
"""
import collections
import csv
import datetime
import os
import re
import unicodedata

TODAY = (2026, 1, 1)


class Role:
    """One person of a record: the columns that speak of him. sex: a column, or "male", "female"."""

    def __init__(self, name, sex, birth, *numbers):
        self.name, self.sex, self.birth, self.numbers = name, sex, birth, numbers


OWN = Role("ho_ten", "gioi_tinh", "ngay_sinh", "so_dinh_danh")
SCHEMAS = {
    "civil-birth": {"people": [OWN], "parents": [Role("me_ho_ten", "female", "me_nam_sinh", "me_so_giay_to"),
                                                 Role("cha_ho_ten", "male", "cha_nam_sinh", "cha_so_giay_to")],
                    "issued": "ngay_dang_ky", "relatives": ["me_ho_ten", "cha_ho_ten", "noi_cu_tru"]},
    "civil-death": {"people": [OWN], "issued": "ngay_dang_ky", "death": "ngay_chet", "relatives": ["noi_cu_tru"]},
    "civil-marriage": {"people": [Role("chong_ho_ten", "male", "chong_ngay_sinh", "chong_so_giay_to"),
                                  Role("vo_ho_ten", "female", "vo_ngay_sinh", "vo_so_giay_to")], "issued": "ngay_dang_ky"},
    "civil-recognition": {"people": [Role("con_ho_ten", None, "con_ngay_sinh")], "parents": [Role("cha_me_ho_ten", None, "cha_me_ngay_sinh")],
                          "issued": "ngay_dang_ky"},
    "cccd": {"people": [Role("ho_ten", "gioi_tinh", "ngay_sinh", "so_cccd", "so_cmnd")], "relatives": ["noi_thuong_tru", "dien_thoai"]},
    "bhyt": {"people": [Role("ho_ten", "gioi_tinh", "ngay_sinh", "so_dinh_danh", "ma_the")], "issued": "han_the_tu", "from": "han_the_tu", "until": "han_the_den", "relatives": ["dia_chi", "dien_thoai"]},
    "residence": {"people": [OWN], "relatives": ["ma_ho", "noi_thuong_tru"]},
    "health-book": {"people": [OWN], "relatives": ["ho_ten_me", "dia_chi", "dien_thoai"]},
    "vaccination": {"people": [OWN], "relatives": ["ho_ten_me", "dien_thoai", "dia_chi"]},
    "judicial": {"people": [OWN], "relatives": ["me_ho_ten", "cha_ho_ten"]},
    "social-payment": {"people": [Role("ho_ten", None, "ngay_sinh", "so_dinh_danh")], "relatives": ["so_tai_khoan", "dia_chi"]},
    "referral": {"people": [OWN], "relatives": ["dia_chi"]},
    "parcel": {"people": [Role("chu_su_dung", None, "nam_sinh", "so_giay_to")]},
}
PROVINCES = {1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44, 45, 46, 48, 49, 51,
             52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96}
# Of insurance cards and social-insurance numbers.
CARDS = {"bhyt": ("ma_the", "ma_so_bhxh"), "health-book": ("ma_the_bhyt",), "social-payment": ("ma_so_bhxh",), "referral": ("ma_the_bhyt",)}
# Told as they were planted, and exactly.
PLANTED = ("id_format", "id_lost_zero", "id_old_number", "id_placeholder", "id_sequential", "card_expired", "entry_twice",
           "entry_number_repeated", "certificate_owners", "parcel_owners", "parcel_renumbered")
BY_VALUE = ("id_province", "id_sex", "id_year", "plausible_age_over_120", "plausible_future_date", "plausible_issued_before_birth",
            "plausible_parent_age")
# Words of addresses that say what a place is, or that it is in one of the two cities where most are.
SAY_NO_PLACE = set("phuong xa quan huyen thi tran thanh pho tinh p q x h t tt tx tp hcm tphcm ho chi minh ha noi ap thon to khu so duong".split())
MIDDLE_NAMES = {"van", "thi"}  # two women whom a surname and this is all they share are two
EXACT = BY_VALUE + ("id_format", "id_lost_zero", "id_old_number", "id_placeholder", "id_sequential", "card_expired", "entry_twice",
                    "entry_number_repeated")
NUMBERS = ("id_multiple", "id_near", "card_multiple")
PAIRS = ("id_shared", "id_swapped", "plausible_births_close")
KINDS = PLANTED + BY_VALUE + NUMBERS + PAIRS


def read_table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# ---- values ---------------------------------------------------------------------------------------


def date_of(text):
    """(year, month, day), zeros for what it does not say; None."""
    parts = [int(part) for part in re.split(r"[/.-]", text)] if re.fullmatch(r"\d+([/.-]\d+)+", text) else []
    if re.fullmatch(r"\d{8}", text):
        parts = [int(text[:4]), int(text[4:6]), int(text[6:])]
    if re.fullmatch(r"\d{4}", text):
        return int(text), 0, 0
    if len(parts) != 3:
        return None
    return tuple(parts) if parts[0] > 31 else tuple(reversed(parts))


def earliest(date):
    return date[0], date[1] or 1, date[2] or 1


def latest(date):
    return date[0], date[1] or 12, date[2] or 31


def years_between(start, end):
    years = end[0] - start[0]
    return years - 1 if start[2] and end[2] and end[1:] < start[1:] else years


def number_of(text):
    """Twelve digits; a lost zero is put back, O is one. None: it says nothing of a person."""
    text = text.strip().replace("O", "0")
    if not re.fullmatch(r"\d{11,12}", text) or len(set(text)) == 1 or text in "01234567890123456789012 98765432109876543210987":
        return None
    return text.zfill(12)


def social_of(text):
    """The ten digits that stay when a card is renewed; None."""
    digits = re.fullmatch(r"[A-Z]{2}\d{3}(\d{10})(\d{5})?|(\d{10})", text.strip())
    return digits and (digits[1] or digits[3])


def year_said(number):
    return 1900 + int(number[3]) // 2 * 100 + int(number[4:6])


def sex_of(role, row):
    if role.sex in ("male", "female", None):
        return role.sex
    return {"nam": "male", "1": "male", "nữ": "female", "2": "female"}.get(unicodedata.normalize("NFC", row[role.sex].strip().lower()))


def is_near(a, b):
    """A digit, or two neighbours in the other order."""
    places = [i for i, (x, y) in enumerate(zip(a, b)) if x != y]
    if len(places) == 1:
        return True
    return len(places) == 2 and places[1] == places[0] + 1 and a[places[0]] == b[places[1]] and a[places[1]] == b[places[0]]


# ---- what one record shows --------------------------------------------------------------------------


def about_number(text, role, row):
    text = text.strip()
    number = number_of(text)
    if number is None:
        return
    if int(number[:3]) not in PROVINCES and int(number[:3]) < 100:
        yield "id_province"
    sex, birth = sex_of(role, row), date_of(row[role.birth]) if role.birth else None
    if sex and (int(number[3]) % 2 == 1) != (sex == "female"):
        yield "id_sex"
    if year_said(number) > TODAY[0] or int(number[3]) > 3 or (birth and birth[0] != year_said(number)):
        yield "id_year"


def about_dates(schema, row):
    people, parents = schema["people"], schema.get("parents", [])
    births = [date_of(row[role.birth]) for role in people]
    issued, death = (date_of(row[schema[key]]) if key in schema else None for key in ("issued", "death"))
    coming = births + [death] + [date_of(row[role.birth]) for role in parents] + ([] if "from" in schema else [issued])
    if any(date and earliest(date) > TODAY for date in coming):
        yield "plausible_future_date"
    if issued and any(birth and latest(issued) < earliest(birth) for birth in births):
        yield "plausible_issued_before_birth"
    until = death if "death" in schema else TODAY
    if births[0] and until and latest(births[0]) < (earliest(until)[0] - 120, *earliest(until)[1:]):
        yield "plausible_age_over_120"
    ages = [years_between(date_of(row[role.birth]), births[0]) for role in parents if births[0] and date_of(row[role.birth])]
    if any(age < 12 or age > 60 for age in ages):
        yield "plausible_parent_age"


# ---- a register ---------------------------------------------------------------------------------------


class Register:
    def __init__(self, name, directory):
        self.name, self.schema, self.file = name, SCHEMAS[name], os.path.join(directory, name + ".csv")
        self.rows = {next(iter(row.values())): row for row in read_table(self.file)}
        self.entity = {row["record_id"]: row["entity_id"] for row in read_table(os.path.join(directory, "truth.csv"))}
        self.planted = collections.defaultdict(set)
        for row in read_table(os.path.join(directory, "faults.csv")):
            self.planted[row["finding"]].add(frozenset(row["record_ids"].split(";")))
        self.records = collections.defaultdict(list)
        for record, entity in self.entity.items():
            self.records[entity].append(record)

    def entities(self, records):
        return frozenset(self.entity[record] for record in records)

    def truth(self):
        truth = {kind: set(self.planted[kind]) for kind in PLANTED + PAIRS}
        truth.update({kind: set() for kind in BY_VALUE + NUMBERS})
        for record, row in self.rows.items():
            kinds = set(about_dates(self.schema, row))
            for role in self.schema["people"] + self.schema.get("parents", []):
                for column in role.numbers:
                    kinds.update(about_number(row[column], role, row))
            for kind in kinds:
                truth[kind].add(frozenset([record]))
        for role in self.schema["people"] if self.name != "parcel" else ():  # a parcel's truth is the parcel, not its owner
            if role.numbers:
                self.add_numbers(truth, role.numbers[0])
        for entity, records in self.records.items():
            socials = {social_of(self.rows[record][column]) for record in records for column in CARDS.get(self.name, ())}
            if len(socials - {None}) > 1:
                truth["card_multiple"].add(frozenset([entity]))
        truth["id_swapped"] = {pair for pair in truth["id_swapped"] if self.shows_swap(*pair)}
        truth["plausible_births_close"] = {pair for pair in truth["plausible_births_close"] if self.shows_births(*pair)}
        return truth

    def add_numbers(self, truth, column):
        """People whose records show several numbers, whatever made them: two that are near, or two that are not. Two slips of one number
        need not be near each other, and are near it: nobody has several numbers."""
        for entity, records in self.records.items():
            left = sorted({number for number in (number_of(self.rows[record][column]) for record in records) if number})
            apart = 0
            while left:
                reached = [left.pop()]
                apart += 1
                for number in reached:
                    near = [other for other in left if is_near(number, other)]
                    reached += near
                    left = [other for other in left if other not in near]
                if len(reached) > 1:
                    truth["id_near"].add(frozenset([entity]))
            if apart > 1:
                truth["id_multiple"].add(frozenset([entity]))

    def shows_swap(self, a, b):
        """Do both records say who has whose number: a contradicted number each that fits the other, and something that relatives share? Of
        addresses two words or numbers that tell where they are: those who have moved do not share a "Phường" and a "Thành phố"."""
        rows = [self.rows[a], self.rows[b]]
        role = self.schema["people"][0]
        numbers, births = [number_of(row[role.numbers[0]]) for row in rows], [date_of(row[role.birth]) for row in rows]
        if not all(numbers) or not all(births):
            return False
        if not any(self.shares(column, rows) for column in self.schema.get("relatives", ())):
            return False
        fits = [year_said(numbers[i]) == births[1 - i][0] and self.sex_fits(numbers[i], role, rows[1 - i]) for i in range(2)]
        own = [year_said(numbers[i]) == births[i][0] and self.sex_fits(numbers[i], role, rows[i]) for i in range(2)]
        return all(fits) and not any(own)

    @staticmethod
    def shares(column, rows):
        words = [plain_words(row[column]) for row in rows]
        shared = words[0] & words[1]
        if "ho_ten" in column or min(map(len, words)) <= 1:
            return bool(shared) and (words[0] == words[1] or len(shared) > 2)
        return len(shared - SAY_NO_PLACE) > 1

    @staticmethod
    def sex_fits(number, role, row):
        sex = sex_of(role, row)
        return not sex or (int(number[3]) % 2 == 1) == (sex == "female")

    def shows_births(self, a, b):
        """Do the records still say that the children were born so close, and of whom?"""
        rows = [self.rows[a], self.rows[b]]
        days = [date_of(row["ngay_sinh"]) for row in rows]
        if not all(day and day[2] and day[1:] != (1, 1) for day in days) or not all(row["me_ho_ten"] for row in rows):
            return False
        return 3 <= abs((datetime.date(*days[0]) - datetime.date(*days[1])).days) <= 270

    # ---- what was found -----------------------------------------------------------------------------

    def own_number(self, line):
        """Planted are faults of the record's own number; of parents and cards only what values tell is truth."""
        field = line["evidence"].split(":")[0].split(" ")[0]
        roles = self.schema["people"]
        return not line["identifier"] or line["identifier_type"] == "card" or field in [column for role in roles for column in role.numbers]

    def found(self, ids):
        found = collections.defaultdict(set)
        for line in read_table(ids):
            kind, records = line["finding"], line["record_ids"].split(";")
            if kind in NUMBERS:
                found[kind].add(self.entities(records))
            elif kind not in PLANTED or kind not in EXACT or self.own_number(line):
                found[kind].add(frozenset(records))
        return found

    def is_right(self, kind, group, truth):
        if any(true <= group for true in truth[kind]):
            return True
        if kind == "id_swapped":  # planted, though the register need not show it
            return any(pair <= group for pair in self.planted[kind])
        if kind == "plausible_births_close":  # brothers and sisters have numbers that follow each other; a slip in a date is found rightly
            numbers = sorted(int(entity[1:]) for entity in self.entities(group))
            return numbers[-1] - numbers[0] < 5
        if kind == "id_shared":
            return any(pair & group for pair in self.planted["id_swapped"]) or self.holders(group) > 1
        if kind == "certificate_owners":  # of another fault, or of the parcel next door: the register shows two people all the same
            owners = [plain_words(self.rows[record]["chu_su_dung"]) for record in group]
            return any(len(a & b) < 2 for a in owners for b in owners)
        return kind in ("id_multiple", "card_multiple") and self.are_namesakes(group)

    def are_namesakes(self, entities):
        """Twins to whom the generator gave one name: no record tells them apart, but by the number."""
        role, told = self.schema["people"][0], []
        for entity in entities:
            rows = [self.rows[record] for record in self.records[entity]]
            told.append({(plain_words(row[role.name]), date_of(row[role.birth])) for row in rows})
        return len(told) > 1 and bool(set.intersection(*told))

    def holders(self, group):
        """How many names hold a number that all the records of the group have."""
        holders = collections.defaultdict(set)
        for record in group:
            row = self.rows[record]
            for role in self.schema["people"] + self.schema.get("parents", []):
                for column in role.numbers:
                    if row[column].strip():
                        holders[row[column].strip().zfill(9)].add((record, plain_words(row[role.name])))
        most = 0
        for held in holders.values():
            if {record for record, _ in held} >= group:
                names = {name for _, name in held}
                most = max(most, max(sum(a != b and len((a & b) - MIDDLE_NAMES) < 2 for b in names) + 1 for a in names))
        return most


def plain_words(name):
    text = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return frozenset(re.findall(r"\w+", "".join(letter for letter in text if not unicodedata.combining(letter)).lower()))


def score(register, ids):
    """{kind: true, hit, found, right} of what ids.csv says of the register."""
    truth, found, totals = register.truth(), register.found(ids), {}
    for kind in KINDS:
        if register.name == "parcel" and kind in NUMBERS:
            continue
        by_member = collections.defaultdict(list)
        for group in found[kind]:
            for member in group:
                by_member[member].append(group)
        totals[kind] = {
            "true": len(truth[kind]),
            "hit": sum(any(true <= group for group in by_member[next(iter(true))]) for true in truth[kind]),
            "found": len(found[kind]),
            "right": sum(register.is_right(kind, group, truth) for group in found[kind]),
        }
    return totals
