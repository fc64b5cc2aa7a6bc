"""What most people write first: all JUnit reports below a folder into one Xray JSON. usage: FOLDER OUT.json"""
import json
import pathlib
import sys
import xml.etree.ElementTree as ET


def results(path):
    started = None
    for event, element in ET.iterparse(path, events=("start", "end")):
        if event == "start":
            if element.tag == "testsuite":
                started = element.get("timestamp", started)
        elif element.tag == "testcase":
            bad = next((e for e in element if e.tag in ("failure", "error")), None)
            skipped = element.find("skipped") is not None
            yield {
                "status": "FAILED" if bad is not None else "TODO" if skipped else "PASSED",
                "start": started,
                "comment": "" if bad is None else f"{bad.get('message', '')}\n{bad.text or ''}",
                "testInfo": {"summary": element.get("name"), "type": "Generic",
                             "definition": f"{element.get('classname')}.{element.get('name')}"},
            }
            element.clear()


tests = [test for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.xml")) for test in results(path)]
with open(sys.argv[2], "w", encoding="utf-8") as out:
    json.dump({"tests": tests}, out)
print("cases", len(tests))
