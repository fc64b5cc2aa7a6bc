"""junitparser (PyPI) on every JUnit report below a folder, results as JSON. usage: FOLDER OUT.json"""
import json
import pathlib
import sys

from junitparser import JUnitXml, TestSuite

tests = []
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.xml")):
    report = JUnitXml.fromfile(str(path))
    for suite in [report] if isinstance(report, TestSuite) else report:
        for case in suite:
            tests.append({
                "name": case.name, "classname": case.classname, "time": case.time,
                "results": [[type(result).__name__, result.message, result.text] for result in case.result],
            })
with open(sys.argv[2], "w", encoding="utf-8") as out:
    json.dump(tests, out)
print("cases", len(tests))
