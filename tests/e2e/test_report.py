"""report.html: the numbers of summary.json as a page that people open in a browser, on a telephone, and print. It holds no
personal values and asks the network for nothing. What needs a browser is skipped where there is none."""

import base64
import contextlib
import os
import pathlib
import re
import shutil
import sys

import support
from support import USAGE, Skip

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
except ImportError:
    webdriver = None
    # Debian's selenium is there for Debian's python alone.
    debian = "/usr/bin/python3"
    if os.path.realpath(sys.executable) != os.path.realpath(debian) and os.path.exists(debian) and not os.environ.get("KHOP_TEST_AGAIN"):
        os.execve(debian, [debian, *sys.argv], {**os.environ, "KHOP_TEST_AGAIN": "1"})

PEOPLE = support.scaled(20000, 2000)
DESKTOP, PHONE = (1280, 900), (390, 844)


# ---- a browser -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def browser():
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (webdriver and chromium and driver):
        raise Skip("no chromium, chromedriver or python3-selenium")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(service=Service(driver), options=options) as page:
        yield page


def open_report(page, out, size=DESKTOP):
    width, height = size
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                         {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE})
    page.get("file://" + os.path.join(out, "report.html"))


def check_quiet(page):
    """Nothing went wrong, and no address but the file's own was asked for."""
    assert page.get_log("browser") == []
    asked = [entry["message"] for entry in page.get_log("performance") if '"Network.requestWillBeSent"' in entry["message"]]
    addresses = {address for message in asked for address in re.findall(r'"url":"([^"]*)"', message)}
    assert addresses and all(address.startswith("file://") and address.endswith("/report.html") for address in addresses), addresses


def check_width(page):
    width, window = page.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= window, f"{width} px of page in {window} px"


def texts(page, selector):
    return page.execute_script("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent.trim())", selector)


def click(page, selector):
    page.execute_script("document.querySelector(arguments[0]).click()", selector)


def cards(page):
    """Headline numbers by name, thousands separators taken out."""
    pairs = page.execute_script("return [...document.querySelectorAll('.card')].map((c) => [c.dataset.card, c.querySelector('.value').textContent])")
    return {name: re.sub(r"[.,](?=\d{3}\b)", "", value) for name, value in pairs}


def column(page, table, number):
    return texts(page, f"#table-{table} tbody tr > :nth-child({number})")


def numbers(values):
    return [int(value.replace(".", "").replace(",", "")) for value in values]


# ---- registers -------------------------------------------------------------------------------------------


def deduped(directory, *more):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, "--no-store", "--force", *more)
    return register, out


def linked(directory):
    left, _ = support.generate("cccd", PEOPLE // 2, directory)
    right, _ = support.generate("bhyt", PEOPLE // 2, directory)
    out = support.path(directory, "linked")
    support.khop("link", left, right, "-o", out)
    return out


# ---- without a browser -------------------------------------------------------------------------------------


def test_holds_the_summary(directory):
    _, out = deduped(directory)
    data, summary = support.report_data(out), support.read_json(out, "summary.json")
    assert data["summary"] == summary
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", summary["run"]["finished"])
    assert os.path.getsize(support.path(out, "report.html")) < 700_000
    assert os.stat(support.path(out, "report.html")).st_mode & 0o777 == 0o600
    weights = data["weights"]
    assert sum(weights["pairs"]) == summary["pairs"]["compared"]
    assert sum(weights["pairs"][weights["match"]:]) == summary["pairs"]["match"]
    sizes = [int(row["cluster_size"]) for row in support.read_table(out, "clusters.csv")]
    for entry in data["cluster_sizes"]:
        assert not entry.get("over") and sizes.count(entry["records"]) == entry["clusters"] * entry["records"], entry


def test_largest_clusters(directory):
    """By size, each with its first records. (That ids are the same where rows are in a file, test_memory.py sees.)"""
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    out = support.path(directory, "out")
    many = support.write_table(directory, "many.csv", *many_alike(register))
    support.khop("dedupe", many, "-o", out, "--no-store", "--schema", "civil-birth")
    clusters = support.read_table(out, "clusters.csv")
    largest = support.report_data(out)["largest_clusters"]
    assert largest and [c["records"] for c in largest] == sorted((c["records"] for c in largest), reverse=True)
    assert largest[0]["records"] == max(int(row["cluster_size"]) for row in clusters)
    for cluster in largest:
        members = [row["record_id"] for row in clusters if row["cluster_id"] == str(cluster["cluster_id"])]
        assert cluster["records"] == len(members) and cluster["record_ids"] == members[:8], cluster
    assert largest[0]["records"] >= 15 and any(entry.get("over") for entry in support.report_data(out)["cluster_sizes"])


def many_alike(register):
    """A register in which one record stands fifteen times more."""
    header, rows = support.read_rows(register)
    return header, rows + [[f"X{i:04}", *rows[7][1:]] for i in range(15)]


def test_no_personal_values(directory):
    register, out = deduped(directory)
    text = support.read_bytes(out, "report.html").decode("utf-8")
    for row in support.read_table(register)[:3000]:
        for field in ("ho_ten", "me_ho_ten", "so_dinh_danh", "ngay_sinh"):
            value = row[field]
            assert len(value) < 8 or value not in text, field


def test_options(directory):
    register, out = deduped(directory, "--lang", "en")
    assert support.report_data(out)["language"] == "en"
    for words in ("none", "ids"):
        deduped(directory, "--write", words)
        assert "report.html" not in os.listdir(out), words
    deduped(directory, "--write", "report")
    assert "report.html" in os.listdir(out) and "ids.csv" not in os.listdir(out)
    support.refuses(USAGE, ["--lang", "vi", "en"], "dedupe", register, "-o", support.path(directory, "x"), "--lang", "fr")


def test_words(directory):
    """Every word that the page asks for is there in both languages."""
    pages = pathlib.Path(__file__).resolve().parents[2] / "engine" / "output" / "report"
    known = {}
    for file in pages.glob("words*.js"):
        text = file.read_text(encoding="utf-8")
        known |= {key: (one, two) for key, one, two in re.findall(r'"([^"\n]+)":\s*\["([^"\n]*)",\s*"([^"\n]*)"\]', text)}
    assert len(known) > 200 and all(one and two for one, two in known.values())
    asked = {key for path in pages.glob("*.js") for key in re.findall(r'\bt\(\s*"([a-z_.]+)"', path.read_text(encoding="utf-8"))}
    assert len(asked) > 80 and asked <= set(known), asked - set(known)
    for key, (one, two) in known.items():
        assert sorted(set(re.findall(r"\{\d\}", one))) == sorted(set(re.findall(r"\{\d\}", two))), key
    codes = {key for key in known if key.startswith("finding.")}
    kinds = (pages.parents[1] / "findings" / "kinds.c").read_text(encoding="utf-8")
    for code in re.findall(r'^ *\[FINDING_\w+\] = \{"(\w+)"', kinds, re.MULTILINE):
        assert f"finding.{code}" in codes, code


# ---- in a browser ----------------------------------------------------------------------------------------------


def test_headline_numbers(directory):
    _, out = deduped(directory)
    summary = support.read_json(out, "summary.json")
    with browser() as page:
        open_report(page, out)
        shown = cards(page)
        check_quiet(page)
    clusters, pairs = summary["clusters"], summary["pairs"]
    expected = {"rows": summary["input"]["rows"], "clusters": clusters["of_two_or_more"], "match": pairs["match"], "review": pairs["review"],
                "entities": summary["input"]["indexed"] - clusters["records_in_them"] + clusters["of_two_or_more"]}
    for name, value in expected.items():
        assert shown[name] == str(value), (name, shown[name], value)
    assert round(float(shown["precision"].rstrip("%  ").replace(",", ".")), 2) == round(summary["expected"]["precision"] * 100, 2)


def test_languages(directory):
    _, out = deduped(directory)
    with browser() as page:
        open_report(page, out)
        assert page.title.startswith("Báo cáo") and texts(page, "html > body h2")[0] == "Số liệu chính"
        vietnamese = texts(page, "section, h2, th, dt, figcaption")
        click(page, "[data-language=en]")
        assert page.title.startswith("Duplicate records") and texts(page, "h2")[0] == "Headline numbers"
        assert page.execute_script("return document.documentElement.lang") == "en"
        english = texts(page, "section, h2, th, dt, figcaption")
        assert len(english) == len(vietnamese)
        for text in vietnamese + english:
            assert not re.search(r"\b(undefined|NaN|null)\b|\[object|\{\d\}", text), text[:300]
        check_quiet(page)


def test_sorting(directory):
    _, out = deduped(directory)
    with browser() as page:
        open_report(page, out)
        click(page, "#table-rules th:nth-child(4) button")
        falling = numbers(column(page, "rules", 4))
        assert falling == sorted(falling, reverse=True) and len(set(falling)) > 3
        click(page, "#table-rules th:nth-child(4) button")
        assert numbers(column(page, "rules", 4)) == sorted(falling)
        assert page.execute_script("return document.querySelector('#table-rules th:nth-child(4)').ariaSort") == "ascending"
        click(page, "#table-rules th:nth-child(1) button")
        names = column(page, "rules", 1)
        assert len(names) == len(falling) and names[0][0] < names[-1][0]
        assert texts(page, "#table-rules [aria-sort=ascending] button") == ["Căn cứ"]
        check_quiet(page)


def test_widths_and_paper(directory):
    outs = [deduped(directory)[1], linked(directory)]
    with browser() as page:
        for out in outs:
            for size in (DESKTOP, PHONE, (320, 640)):
                open_report(page, out, size)
                page.implicitly_wait(1)
                assert page.execute_script("return document.querySelectorAll('figure svg').length") >= 2
                check_width(page)
                check_quiet(page)
            open_report(page, out)
            page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
            heads = page.execute_script("return [...document.querySelectorAll('thead th')].map((th) => [th.innerText.trim(), th.querySelector('button').offsetWidth])")
            assert heads and all(text and button == 0 for text, button in heads), "buttons are left out where a head is repeated"
            page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
            pdf = base64.b64decode(page.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
            assert pdf.startswith(b"%PDF") and 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12
            check_quiet(page)


def test_link(directory):
    out = linked(directory)
    summary = support.read_json(out, "summary.json")
    with browser() as page:
        open_report(page, out)
        shown, sections = cards(page), texts(page, "h2")
        by_cause = numbers(column(page, "causes", 2))
        empty = page.execute_script("return [...document.querySelectorAll('table')].filter((t) => [...t.tHead.rows[0].cells].some((_, i) =>"
                                    " [...t.tBodies[0].rows].every((row) => !row.cells[i].innerText.trim()))).map((t) => t.id)")
        assert empty == [], f"{empty}: a column without values"
        agencies = dict(zip(column(page, "agencies", 1), numbers(column(page, "agencies", 2)), strict=True))
        check_quiet(page)
    assert by_cause == [cause["links"] for cause in summary["disagreements"]["by_cause"]][:len(by_cause)] and by_cause
    found = summary["contradictions"]["by_agency"]
    assert agencies == {"Công an": found["police"]["to_correct"], "Bảo hiểm xã hội": found["insurance"]["to_correct"]}
    assert shown["links"] == str(summary["links"]["links"]) and shown["conflicts"] == str(summary["links"]["conflicts"])
    assert "Kết quả đối chiếu" in sections and "Phân bố trọng số khớp" in sections


def test_ids(directory):
    """Findings by kind, most first, in a report of its own and in that of dedupe."""
    where = support.path(directory, "faulty")
    support.khop("gen", "cccd", "-n", PEOPLE // 2, "--faults", 20, "-o", where)
    out = support.path(directory, "found")
    support.khop("ids", support.path(where, "cccd.csv"), "-o", out)
    kinds = support.read_json(out, "summary.json")["findings"]["kinds"]
    totals = sorted((sum(counts.values()) for counts in kinds.values()), reverse=True)
    assert support.report_data(out)["summary"]["findings"]["kinds"] == kinds and len(totals) > 5
    fixes = {row["finding"]: row["suggested_fix"] for row in support.read_table(out, "ids.csv") if "=" not in row["suggested_fix"] and row["suggested_fix"]}
    told = support.report_data(out)["fixes"]
    assert set(told) == set(kinds) and all(told[kind][0] == fix and told[kind][1] != fix for kind, fix in fixes.items()), told
    with browser() as page:
        open_report(page, out)
        for number, language in enumerate(("vi", "en", "vi")):
            click(page, f"[data-language={language}]")
            shown = {text.lower() for text in column(page, "findings", len(texts(page, "#table-findings thead th")))}
            assert shown == {both[number % 2].lower() for both in told.values()}, shown
        assert page.title.startswith("Báo cáo kiểm tra số định danh") and cards(page)["findings"] == str(sum(totals))
        assert numbers(column(page, "findings", 2)) == totals
        assert not any("_" in name for name in column(page, "findings", 1)), column(page, "findings", 1)
        click(page, "#table-findings th:nth-child(2) button")
        assert numbers(column(page, "findings", 2)) == totals[::-1]
        assert page.execute_script("return document.querySelectorAll('#findings svg').length") >= 1
        check_quiet(page)


def test_quality(directory):
    """Groups, reasons and places, where they were asked for."""
    register, _ = support.generate("cccd", PEOPLE // 2, directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, "--write", "quality,report")
    summary = support.read_json(out, "summary.json")
    with browser() as page:
        open_report(page, out)
        assert numbers(column(page, "groups", 2)) == list(summary["quality"]["groups"].values())
        assert numbers(column(page, "reasons_of_quality", 3)) == list(summary["quality"]["reasons"].values())[:len(column(page, "reasons_of_quality", 3))]
        records = numbers(column(page, "places", 2))
        assert records == sorted((place["records"] for place in summary["quality_places"]), reverse=True)[:len(records)] and records
        click(page, "#table-places th:nth-child(1) button")
        assert sorted(column(page, "places", 2)) != column(page, "places", 2)
        check_quiet(page)


def test_markup_is_text(directory):
    """Names of files, fields and records may look like markup: they are shown, not run."""
    evil = "</script><script>document.title='x'</script><img src=http:x onerror=alert(1)>"
    header = ["id", "full_name", "birth_date"]
    rows = [[f"{evil}{i % 5}{i}", f"Lê Văn {chr(65 + i % 5) * 4}", f"0{1 + i % 5}/02/1990"] for i in range(10)]
    register = support.write_table(directory, evil.replace("/", "_") + ".csv", header, rows)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, "--schema", "person", "--untrained")
    assert support.report_data(out)["largest_clusters"][0]["record_ids"][0].startswith(evil)
    with browser() as page:
        open_report(page, out)
        assert page.title.startswith("Báo cáo")
        assert page.execute_script("return document.querySelectorAll('img, main script').length") == 0
        assert any(evil in text for text in texts(page, "#table-clusters td"))
        check_quiet(page)


def test_nothing_found(directory):
    """Sections without data are absent."""
    register = support.write(directory, "two.csv", "id,full_name,birth_date\n1,Lê Văn An,01/02/1990\n2,Hồ Thị Bình,03/04/1971\n")
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, "--schema", "person", "--untrained")
    with browser() as page:
        open_report(page, out)
        assert cards(page)["rows"] == "2" and cards(page)["clusters"] == "0"
        sections = page.execute_script("return [...document.querySelectorAll('section')].map((s) => s.id)")
        assert not {"clusters", "findings", "blocks", "weights", "categories"} & set(sections), sections
        assert len(texts(page, "nav a")) == len(sections)
        check_quiet(page)


support.main(globals())
