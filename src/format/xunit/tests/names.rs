//! Names that a logger of this format gives the tests of other frameworks.

use super::*;

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
