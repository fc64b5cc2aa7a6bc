"""Codecov's parser (PyPI test-results-parser, Rust inside) on every JUnit report below a folder: it parses and keeps
nothing, so this is the parser alone. usage: FOLDER"""
import pathlib
import sys

from test_results_parser import parse_junit_xml

print("cases", sum(len(parse_junit_xml(path.read_bytes()).testruns)
                   for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.xml"))))
