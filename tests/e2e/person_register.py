"""A small register of people for the "person" schema, which khop gen does not make: seeded, with known
truth. A third of the people stand in it twice, the second time written by somebody else."""

import random

import support

HEADER = ["id", "full_name", "birth_date", "sex", "national_id", "phone", "email", "address", "city"]

SURNAMES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
MIDDLES = "Văn Thị Hữu Minh Ngọc Thanh Quốc Đức Thu Hoài Gia Bảo Xuân Kim".split()
GIVENS = ("An Anh Bình Châu Cường Dũng Dung Giang Hà Hải Hạnh Hiếu Hoa Hòa Hùng Hương Khánh Lan Linh Long Mai "
          "Minh Nam Nga Phong Phúc Phương Quân Quang Sơn Tâm Thảo Thủy Tiến Trang Tuấn Tùng Vân Việt Yến").split()
STREETS = "Lê Lợi,Trần Hưng Đạo,Nguyễn Huệ,Hai Bà Trưng,Lý Thường Kiệt,Phan Bội Châu,Cách Mạng Tháng Tám".split(",")
CITIES = "Hà Nội,Huế,Đà Nẵng,Cần Thơ,Hải Phòng,Nha Trang,Đà Lạt".split(",")


def person(random_):
    year, month, day = random_.randint(1940, 2015), random_.randint(1, 12), random_.randint(1, 28)
    sex = random_.choice(["Nam", "Nữ"])
    name = f"{random_.choice(SURNAMES)} {random_.choice(MIDDLES)} {random_.choice(GIVENS)}"
    century = 2 if year >= 2000 else 0
    number = f"0{random_.randint(1, 96):02d}{century + (sex == 'Nữ')}{year % 100:02d}{random_.randint(0, 999999):06d}"
    return {
        "full_name": name, "birth_date": f"{day:02d}/{month:02d}/{year}", "sex": sex, "national_id": number,
        "phone": f"09{random_.randint(0, 99999999):08d}", "email": f"u{random_.randint(0, 10**9)}@example.vn",
        "address": f"{random_.randint(1, 400)} {random_.choice(STREETS)}", "city": random_.choice(CITIES),
    }


def second_hand(random_, row):
    """The same person in another clerk's hand: one or two fields differ, others are missing."""
    copy = dict(row)
    day, month, year = copy["birth_date"].split("/")
    copy["birth_date"] = random_.choice([copy["birth_date"], f"{year}-{month}-{day}", f"{int(day)}/{int(month)}/{year}"])
    copy["full_name"] = random_.choice([copy["full_name"], copy["full_name"].upper(), copy["full_name"] + " "])
    slip = random_.randrange(4)
    if slip == 0:
        copy["national_id"] = ""
    elif slip == 1:
        copy["phone"] = copy["email"] = ""
    elif slip == 2:
        copy["address"] = ""
        at = random_.randrange(6, 12)
        copy["national_id"] = copy["national_id"][:at] + str((int(copy["national_id"][at]) + 1) % 10) + copy["national_id"][at + 1:]
    else:
        copy["full_name"] = copy["full_name"].rstrip() + "h"
    return copy


def make(directory, people, seed=1):
    """The register's path and the truth's path, as support.generate."""
    random_ = random.Random(seed)
    rows = []
    for entity in range(people):
        row = person(random_)
        rows.append((entity, row))
        if entity % 3 == 0:
            rows.append((entity, second_hand(random_, row)))
    random_.shuffle(rows)
    table = [[f"N{i:06d}"] + [row[name] for name in HEADER[1:]] for i, (_, row) in enumerate(rows)]
    truth = [[f"N{i:06d}", f"E{entity}"] for i, (entity, _) in enumerate(rows)]
    return (support.write_table(directory, "person.csv", HEADER, table),
            support.write_table(directory, "person-truth.csv", ["record_id", "entity_id"], truth))
