//! Names: what identifies a test, its title, and what a logger of this format gives the tests of other frameworks.

use super::*;

#[test]
fn x5_without_type_and_method_the_name_identifies() {
    let found = named("collection1\\test.xml", "", "");
    assert_eq!(found.lines(), ["passed collection1\\test.xml"]);
    assert_eq!(named("N.C.M(a: 1)", "N.C", "").lines(), ["passed N.C.M"]);
}

#[test]
fn titles_without_type_and_method_are_kept_apart() {
    for title in ["login works (admin)", "login works (guest)", "Form shows &lt;Button /&gt;"] {
        let found = test_with(&format!("name='{title}'"), "");
        let shown = title.replace("&lt;", "<").replace("&gt;", ">");
        assert_eq!(found.lines(), [format!("passed {shown}")]);
        let case = found.only();
        assert_eq!((case.title.as_str(), case.parameters.len(), case.row_group), (shown.as_str(), 0, 0));
    }
    assert_eq!(test_with("name='N.C.M&lt;A&gt;(a: 1)'", "").lines(), ["passed N.C.M"]);
}

#[test]
fn a_method_that_is_always_the_same_names_no_test() {
    let test = |name: &str| format!("<test name='{name}' type='deployment' method='Helm-Validation' result='Pass'/>");
    let found = read(&format!(
        "<assembly test-framework='helm-unittest'><collection>{}{}</collection></assembly>",
        test("sets the image (tag: 1)"),
        test("has labels")
    ));
    assert_eq!(found.lines(), ["passed deployment.sets the image (tag: 1)", "passed deployment.has labels"]);
    assert_eq!((found.cases[0].title.as_str(), found.cases[0].row_group), ("sets the image (tag: 1)", 0));
}

#[test]
fn x6_x7_titles() {
    let found = named("Uninstall application if it is installed.", "N.C", "Uninstall");
    assert_eq!(
        (found.lines(), &*found.only().title),
        (vec!["passed N.C.Uninstall".to_owned()], "Uninstall application if it is installed.")
    );
    for name in ["N.C.Add", "Add", "Add(a: 1)", "N.C.Add(a: 1)", "N.C.Add&lt;Int32&gt;(a: 1)", ""] {
        let found = named(name, "N.C", "Add");
        assert_eq!((found.lines(), &*found.only().title), (vec!["passed N.C.Add".to_owned()], "Add"), "{name}");
        assert_eq!(parameters(found.only()).len(), name.matches('(').count(), "{name}");
    }
}

#[test]
fn arguments_of_nunit_stand_in_type_and_method() {
    let found = named("Add(1)", "N.Fix(&quot;x&quot;)", "Add(1)");
    assert_eq!(found.lines(), ["passed N.Fix.Add"]);
    assert_eq!((found.only().title.as_str(), found.only().container.as_str()), ("Add", "N.Fix"));
    let values: Vec<&str> = parameters(found.only()).into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, ["x", "1"]);
    assert_ne!(found.only().row_group, 0);
    // Prose has brackets, too.
    assert_eq!(named("works (fast)", "N.C", "works (fast)").lines(), ["passed N.C.works (fast)"]);
    assert_eq!(named("N.C.parse(x)", "N.C", "parse(x)").lines(), ["passed N.C.parse(x)"]);
    assert_eq!(named("N.C.Add(a: 1)", "N.C", "Add(a: 1)").lines(), ["passed N.C.Add"]);
    assert_eq!(named("C`1(x)", "N.C&lt;int>", "M").lines(), ["passed N.C<int>.M"]);
}

#[test]
fn x21_a_platform_that_tells_no_names_but_those_to_be_shown() {
    for (shown, qualified, title) in [("takes one", "takes one", "takes one"), ("Add(a: 1)", "Add", "Add")] {
        let found = named(shown, "UnknownNamespace.UnknownType", "UnknownMethod");
        assert_eq!((found.lines(), found.only().title.as_str()), (vec![format!("passed {qualified}")], title));
    }
    assert_eq!(named("a", "N.C", "UnknownMethod").lines(), ["passed N.C.UnknownMethod"]);
}
