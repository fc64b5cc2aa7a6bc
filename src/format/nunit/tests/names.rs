//! Names as writers other than NUnit's console give them.

use super::*;

/// A case of version 3 with these four names.
fn named(name: &str, full_name: &str, class_name: &str, method_name: &str) -> String {
    format!(
        "<test-case name='{name}' fullname='{full_name}' classname='{class_name}' methodname='{method_name}' result='Passed'/>"
    )
}

#[test]
fn a_whole_path_is_no_title() {
    for case in [
        // Pester has its path in both names, and the outline of a row in the method.
        named("D.in Rome.adds 1", "D.in Rome.adds 1", "D.in &lt;town>", "adds &lt;a>"),
        // Tests of xUnit.net under a logger of NUnit's format.
        named("N.C.M(a: 1)", "N.C.M", "C", "M"),
        named("N.C.M", "N.C.M", "N.C", "M"),
    ] {
        let found = three(&case);
        let case = found.only();
        assert_eq!(case.qualified_name, format!("{}.{}", case.container, case.title));
    }
    assert_eq!(three(&named("N.C says so", "N.C.M", "N.C", "M")).only().title, "N.C says so");
    assert_eq!(three(&named("Adds 1.5", "Adds 1.5", "N.C", "M")).only().title, "Adds 1.5");
}

#[test]
fn n24_a_platform_that_tells_no_names_but_those_to_be_shown() {
    let unknown = "UnknownNamespace.UnknownType.UnknownMethod";
    let found = three(
        &(named("Adds(1)", unknown, "UnknownType", "UnknownMethod")
            + &named("takes one", unknown, "UnknownType", "UnknownMethod")
            + &named("is prose", "UnknownNamespace.UnknownType.is prose", "UnknownType", "is prose")),
    );
    assert_eq!(found.lines(), ["passed Adds", "passed takes one", "passed is prose"]);
    assert_eq!(arguments(&found.cases[0]), ["arg1=1"]);
    assert_eq!(found.kinds(), [ProblemKind::Unusual]);
}

#[test]
fn namespaces_of_nunitlite_are_test_suites() {
    let suite = |kind: &str, name: &str, inside: &str| {
        format!("<test-suite type='{kind}' name='{name}'><results>{inside}</results></test-suite>")
    };
    let fixture = suite("TestFixture", "C", "<test-case name='M(1)' result='Success'/>");
    let inside = suite("TestSuite", "N", &suite("TestSuite", "S", &fixture));
    let found = two(&suite("Assembly", "/w/a.dll", &inside));
    assert_eq!(found.lines(), ["passed N.S.C.M"]);
    let found = two(&suite("TestSuite", "a.dll", &suite("SetUpFixture", "[default namespace]", &fixture)));
    assert_eq!(found.lines(), ["passed C.M"]);
    // Karma's reporter has two suites for one.
    let twice = suite("TestSuite", "Cart", &suite("TestFixture", "Cart", "<test-case name='adds' result='Success'/>"));
    assert_eq!(two(&twice).lines(), ["passed Cart.adds"]);
    // The console writes whole names below the same suites.
    let whole = suite("TestFixture", "C", "<test-case name='N.S.C.M' result='Success'/>");
    assert_eq!(two(&suite("TestSuite", "N", &suite("TestSuite", "S", &whole))).lines(), ["passed N.S.C.M"]);
}

#[test]
fn sentences_go_on_behind_brackets() {
    let found = two("<test-case name='N.parse(&quot;a&quot;) is fine' result='Success'/>\
         <test-case name='N.parse(&quot;b&quot;) is fine' result='Success'/><test-case name='N.C(1).M(2) ' result='Success'/>");
    assert_eq!(found.lines(), ["passed N.parse(\"a\") is fine", "passed N.parse(\"b\") is fine", "passed N.C.M"]);
    assert_eq!(arguments(&found.cases[2]), ["arg1=1", "arg2=2"]);
}

#[test]
fn expecto_has_no_rows() {
    let case = |name: &str| format!("<test-case name='{name}' executed='True' result='Success'/>");
    let found = two(&format!(
        "<environment expecto-version='9.0.4'/><test-suite type='Assembly' name='Tests'><results>{}{}</results></test-suite>",
        case("list.f(1)"),
        case("list.f(2)")
    ));
    assert_eq!(found.lines(), ["passed list.f(1)", "passed list.f(2)"]);
    assert_eq!((found.producer.as_str(), arguments(&found.cases[0])), ("expecto", vec![]));
}

#[test]
fn a_description_ends_a_name_whatever_the_run_is_called() {
    let case = |name: &str, description: &str| {
        format!("<test-case description='{description}' name='{name}' result='Success'/>")
    };
    // Pester 5, in a run that is not called Pester.
    let found = two(&case("Basket v1.2.has f(x). Really(1)", "has f(x). Really"));
    assert_eq!(found.lines(), ["passed Basket v1.2.has f(x). Really"]);
    assert_eq!((found.only().title.as_str(), arguments(found.only())), ("has f(x). Really", vec!["arg1=1".to_owned()]));
    // One that says no more than the name has its path still to come.
    let bare = case("adds", "adds");
    let suite = format!(
        "<test-suite type='Namespace' name='N'><test-suite type='TestFixture' name='C'>{bare}</test-suite></test-suite>"
    );
    assert_eq!(two(&suite).lines(), ["passed N.C.adds"]);
    assert_eq!(two(&case("N(1).M", "N")).lines(), ["passed N.M"]);
}

#[test]
fn a_description_may_repeat_what_is_called_as_usual() {
    // Arguments of a fixture are no part of the name.
    let rows = r#"<test-case name='N.C("x").M(1)' description='M' result='Success'/>"#;
    let found = two(rows);
    assert_eq!(
        (found.lines(), arguments(found.only())),
        (vec!["passed N.C.M".to_owned()], vec!["arg1=x".to_owned(), "arg2=1".to_owned()])
    );
    // Nor does a name of two parts hold the suites around it.
    let suite = "<test-suite type='TestFixture' name='Cart'>\
         <test-case name='sum.adds' description='adds' result='Success'/></test-suite>";
    assert_eq!(two(suite).lines(), ["passed Cart.sum.adds"]);
}

#[test]
fn n24_a_fixture_may_be_called_an_unknown_type() {
    let found = three(&named("M", "N.UnknownType.M", "N.UnknownType", "M"));
    assert_eq!((found.lines(), found.kinds().len()), (vec!["passed N.UnknownType.M".to_owned()], 0));
}

#[test]
fn the_style_sheet_of_xunit_has_no_word_for_what_was_not_run() {
    let report = |framework: &str| {
        format!(
            "<environment nunit-version='{framework}'/><test-case name='N.C.M' executed='True' result='' success=''/>"
        )
    };
    assert_eq!(two(&report("xUnit.net v3 1.0.0")).lines(), ["notrun N.C.M"]);
    assert_eq!(two(&report("2.4.8")).lines(), ["passed N.C.M"]);
}

#[test]
fn testcafe_tells_in_the_name_that_a_test_was_tried_again() {
    let case = |name: &str| format!("<test-case name=\"{name}\" result='Success'/>");
    let report = format!(
        "<test-results name='TestCafe Tests'><test-suite type='TestFixture' name='/w/a.js - Shop'>{}{}{}</test-suite></test-results>",
        case("'Shop' - buys f(1) (unstable)"),
        case("'Shop' - buys f(1)"),
        case("[Tue Nov 24] Reporter exception")
    );
    let found = read_with(Generation::Two, report.as_bytes(), &all_attachments());
    let name = "passed 'Shop' - buys f(1)";
    assert_eq!(found.lines(), [name, name, "passed [Tue Nov 24] Reporter exception"]);
    assert_eq!((found.cases[0].container.as_str(), found.cases[0].title.as_str()), ("Shop", "buys f(1)"));
    assert_eq!(arguments(&found.cases[0]), [""; 0]);
}

#[test]
fn karma_calls_a_success_what_was_skipped() {
    let found = two("<test-suite type='TestSuite' name='Cart total'><test-suite type='TestFixture' name='Cart total'>\
         <test-case name='adds' description='Chrome 130.Cart total' executed='False' success='True' result='Success'/>\
         </test-suite></test-suite>");
    assert_eq!(found.lines(), ["skipped Cart total.adds"]);
}
