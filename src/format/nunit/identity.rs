//! How a case is named: for good, for people, and by the class around it.

use super::suite::Suites;
use super::{EXPECTO, PESTER, TESTCAFE, brackets, scope};
use crate::format::dotnet::UNKNOWN_METHOD;
use crate::model::{TestCase, trimmed};

/// The names that a case of version 3 is given.
pub(super) struct Names<'n> {
    /// `name`: with arguments, or one of the author's own (`TestName`).
    pub(super) name: &'n str,
    /// `fullname`.
    pub(super) full_name: &'n str,
    /// `classname`.
    pub(super) class_name: &'n str,
    /// `methodname`.
    pub(super) method_name: &'n str,
}

/// What the logger for `dotnet test` puts where its platform tells nothing.
const UNKNOWN_NAMESPACE: &str = "UnknownNamespace.";
const UNKNOWN_TYPE: &str = "UnknownType";

/// What was noticed while a case was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Its names say what they should.
    Plain,
    /// The logger did not know the class, the method's name holds it (N24).
    UnknownType,
}

/// Buffers for names without their argument lists.
#[derive(Default)]
pub(super) struct Scratch {
    class: String,
    method: String,
    full: String,
}

impl Scratch {
    /// Names a case of version 3: class and method as Xray's own importer joins them, else the full name without
    /// argument lists (spec nunit.md section c, N10, N11, N22, N24).
    pub(super) fn name_three(&mut self, names: &Names<'_>, case: &mut TestCase) -> Naming {
        self.fill(names);
        if self.is_unknown_type() {
            self.push_method_only(names, case);
            return Naming::UnknownType;
        }
        if self.class.is_empty() || self.method.is_empty() {
            self.push_full_name(names, case);
            return Naming::Plain;
        }
        case.container.push_str(longer_class(&self.class, &self.method, &self.full));
        case.qualified_name.push_str(&case.container);
        case.qualified_name.push('.');
        case.qualified_name.push_str(&self.method);
        case.title.push_str(title(names, &self.method, &case.qualified_name));
        Naming::Plain
    }

    fn fill(&mut self, names: &Names<'_>) {
        for (buffer, name) in [
            (&mut self.class, names.class_name),
            (&mut self.method, names.method_name),
            (&mut self.full, names.full_name),
        ] {
            buffer.clear();
            brackets::push_plain(name, buffer);
        }
    }

    /// Whether the logger knew no type. Somebody may have a fixture of that name.
    fn is_unknown_type(&self) -> bool {
        let namespace = self.class.strip_suffix(UNKNOWN_TYPE);
        namespace.is_some_and(|namespace| match namespace {
            UNKNOWN_NAMESPACE => true,
            "" => self.full.starts_with(UNKNOWN_NAMESPACE) || self.method.contains('.'),
            known => known.ends_with('.') && self.method.contains('.'),
        })
    }

    fn push_method_only(&mut self, names: &Names<'_>, case: &mut TestCase) {
        if self.method == UNKNOWN_METHOD {
            self.method.clear();
            brackets::push_plain(names.name, &mut self.method);
        }
        let segment = last_segment(&self.method);
        case.qualified_name.push_str(&self.method);
        push_container(case);
        let own_name = head(names.name) != self.method && !trimmed(names.name).is_empty();
        case.title.push_str(if own_name { trimmed(names.name) } else { segment });
    }

    fn push_full_name(&self, names: &Names<'_>, case: &mut TestCase) {
        case.qualified_name.push_str(&self.full);
        if self.full.is_empty() {
            case.qualified_name.push_str(&self.class);
            if !self.class.is_empty() && !trimmed(names.name).is_empty() {
                case.qualified_name.push('.');
            }
            brackets::push_plain(names.name, &mut case.qualified_name);
        }
        push_container(case);
        let segment = last_segment(&case.qualified_name);
        case.title.push_str(segment);
    }
}

/// Names a case of version 2 by its name without argument lists, behind the path of the suites around it where the name
/// does not hold that. The form in which Xray itself defines such a Test is not documented (decision 10): this is the one
/// place that would change.
pub(super) fn name_two(name: &str, suites: &Suites, producer: &str, case: &mut TestCase) {
    if producer == TESTCAFE {
        return name_of_testcafe(name, case);
    }
    scope::push_path(suites, name, &mut case.container);
    if !case.container.is_empty() {
        case.qualified_name.push_str(&case.container);
        case.qualified_name.push('.');
        brackets::push_plain(name, &mut case.qualified_name);
        case.title.push_str(&case.qualified_name[case.container.len() + 1..]);
        return;
    }
    if producer == EXPECTO {
        // It has no rows: what looks like one is prose.
        case.qualified_name.push_str(trimmed(name));
    } else {
        brackets::push_plain(name, &mut case.qualified_name);
    }
    if producer == PESTER {
        // Nothing tells where its blocks end and its title begins.
        return case.title.push_str(&case.qualified_name);
    }
    push_container(case);
    let segment = last_segment(&case.qualified_name);
    case.title.push_str(segment);
}

/// Names `'Fixture' - test (unstable)`: whether it was tried more than once is no part of its name. The suites around it have
/// the path of the machine.
fn name_of_testcafe(name: &str, case: &mut TestCase) {
    let name = trimmed(name);
    let name = name.strip_suffix(" (unstable)").unwrap_or(name);
    let (fixture, title) = name.strip_prefix('\'').and_then(|rest| rest.split_once("' - ")).unwrap_or(("", name));
    case.container.push_str(fixture);
    case.title.push_str(title);
    case.qualified_name.push_str(name);
}

/// The name of a case of Pester: prose, of which no bracket may be cut.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prose<'n> {
    /// The blocks around it.
    container: &'n str,
    title: &'n str,
    /// Both of them.
    whole: &'n str,
    /// What follows: `(1, 2)`.
    pub(super) arguments: &'n str,
}

impl<'n> Prose<'n> {
    /// Takes a name apart by the description, which repeats the title.
    pub(super) fn of(name: &'n str, description: &str) -> Option<Prose<'n>> {
        let (name, description) = (trimmed(name), trimmed(description));
        if description.is_empty() {
            return None;
        }
        name.match_indices(description).find_map(|(start, title)| {
            let (whole, arguments) = name.split_at(start + title.len());
            let container = if start == 0 { Some("") } else { name[..start].strip_suffix('.') };
            let is_end = arguments.is_empty() || (arguments.starts_with('(') && arguments.ends_with(')'));
            container.filter(|_| is_end).map(|container| Prose { container, title, whole, arguments })
        })
    }

    /// Whether it holds all that names the case, and nothing that may be the arguments of a fixture.
    pub(super) fn is_path(&self, suites: &Suites) -> bool {
        !self.container.is_empty() && !brackets::has_arguments(self.container) && scope::is_whole(suites, self.whole)
    }

    pub(super) fn name(&self, case: &mut TestCase) {
        case.qualified_name.push_str(self.whole);
        case.container.push_str(self.container);
        case.title.push_str(self.title);
    }
}

/// Names a case that xUnit.net wrote as version 2 under a display name (N26).
pub(super) fn name_by_collection(collection: &str, method: &str, name: &str, case: &mut TestCase) {
    case.container.push_str(collection);
    case.qualified_name.push_str(collection);
    case.qualified_name.push('.');
    case.qualified_name.push_str(method);
    case.title.push_str(name.trim());
}

/// The class that a collection of xUnit.net is named after.
pub(super) fn collection_class(collection: &str) -> Option<&str> {
    let class = collection.trim().strip_prefix("Test collection for ")?.trim();
    // xUnit.net 2.x adds `(id: …)`.
    let class = class.split(" (").next().unwrap_or(class);
    (!class.is_empty() && !class.contains(char::is_whitespace)).then_some(class)
}

fn push_container(case: &mut TestCase) {
    let segment = last_segment(&case.qualified_name).len();
    let container = case.qualified_name.len().saturating_sub(segment);
    case.container.push_str(case.qualified_name[..container].trim_end_matches('.'));
}

/// The class as the full name has it, where that is longer: a logger may leave out the namespace (N22).
fn longer_class<'n>(class: &'n str, method: &str, full: &'n str) -> &'n str {
    let prefix = full.strip_suffix(method).and_then(|prefix| prefix.strip_suffix('.'));
    match prefix {
        Some(prefix) if prefix.strip_suffix(class).is_some_and(|rest| rest.ends_with('.')) => prefix,
        _ => class,
    }
}

/// The method, or the author's own name where that is another one (N11). A whole path is none: Pester and tests of xUnit.net
/// have it in both places. It begins as the class does, though Pester fills in what is between `<` and `>` there.
fn title<'n>(names: &Names<'n>, method: &'n str, qualified: &str) -> &'n str {
    let name = trimmed(names.name);
    let is_row_of =
        |known: &str| name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['(', '<']));
    let begins_alike = || qualified.split(['.', '<']).next().is_some_and(|first| name.starts_with(first));
    let is_path = || is_row_of(qualified) || (name == trimmed(names.full_name) && begins_alike());
    if name.is_empty() || head(name) == method || is_row_of(method) || is_path() { method } else { name }
}

/// A name up to its first argument list or type parameter.
fn head(name: &str) -> &str {
    let end = memchr::memchr2(b'(', b'<', name.as_bytes()).unwrap_or(name.len());
    trimmed(&name[..end])
}

/// What follows the last dot of a name that separates parts. Dots between `<` and `>` belong to types, those between
/// digits to numbers, and what follows the first blank, bracket or quote is prose.
pub(super) fn last_segment(name: &str) -> &str {
    let bytes = name.as_bytes();
    let mut depth = 0usize;
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'<' => depth += 1,
            b'>' => depth = depth.saturating_sub(1),
            b'.' if depth == 0 && separates(&bytes[..at], &bytes[at + 1..]) => start = at + 1,
            b' ' | b'\t' | b'(' | b'[' | b'\'' | b'"' if depth == 0 => break,
            _ => {}
        }
    }
    &name[start..]
}

/// Whether a dot between these is one between parts of a name.
fn separates(before: &[u8], behind: &[u8]) -> bool {
    let is_number = || before.last().is_some_and(u8::is_ascii_digit) && behind[0].is_ascii_digit();
    behind.first().is_some_and(|next| !next.is_ascii_whitespace()) && !is_number()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three(name: &str, full_name: &str, class_name: &str, method_name: &str) -> [String; 3] {
        let mut case = TestCase::default();
        Scratch::default().name_three(&Names { name, full_name, class_name, method_name }, &mut case);
        [case.qualified_name, case.title, case.container]
    }

    #[test]
    fn class_and_method_name_a_case() {
        assert_eq!(three("M(1)", "N.C.M(1)", "N.C", "M"), ["N.C.M", "M", "N.C"]);
        assert_eq!(three("M<Int32>(1)", "N.C.M<Int32>(1)", "N.C", "M"), ["N.C.M", "M", "N.C"]);
        assert_eq!(three("M", "N.C<Int32>.M", "N.C`1", "M"), ["N.C`1.M", "M", "N.C`1"]);
    }

    #[test]
    fn prose_in_brackets_belongs_to_the_method() {
        let named = three("adds (fast path)", "N.G.adds (fast path)", "N.G", "adds (fast path)");
        assert_eq!(named, ["N.G.adds (fast path)", "adds (fast path)", "N.G"]);
        assert_eq!(three("par (a)(1)", "N.G.par (a)(1)", "G", "par (a)"), ["N.G.par (a)", "par (a)", "N.G"]);
        // The logger for `dotnet test` leaves the arguments in the method's name.
        assert_eq!(three("M(auto<A>)", "N.C.M(auto<A>)", "C", "M(auto<A>)"), ["N.C.M", "M", "N.C"]);
    }

    #[test]
    fn prose_ends_where_the_description_does() {
        let split = |name, description| {
            Prose::of(name, description).map(|prose| [prose.container, prose.title, prose.whole, prose.arguments])
        };
        assert_eq!(
            split("Foo.Get-Bar(x) reads 1.5", "Get-Bar(x) reads 1.5"),
            Some(["Foo", "Get-Bar(x) reads 1.5", "Foo.Get-Bar(x) reads 1.5", ""])
        );
        assert_eq!(split("A.a.adds 1(1)", "adds 1"), Some(["A.a", "adds 1", "A.a.adds 1", "(1)"]));
        assert_eq!(split("f(x).g.f(x)(f(x))", "f(x)"), Some(["f(x).g", "f(x)", "f(x).g.f(x)", "(f(x))"]));
        assert_eq!(split("adds", "adds"), Some(["", "adds", "adds", ""]));
        assert_eq!(split("A.other", "adds"), None);
        assert_eq!(split("A.other", " "), None);
    }

    #[test]
    fn without_them_the_full_name_does() {
        assert_eq!(three("M(1.5)", "N.C(2).M(1.5)", "", ""), ["N.C.M", "M", "N.C"]);
        assert_eq!(three("M", "", "C", ""), ["C.M", "M", "C"]);
        assert_eq!(three("M", "", "", ""), ["M", "M", ""]);
        assert_eq!(three("", "", "C", "")[0], "C");
        assert_eq!(three("", "", "", ""), ["", "", ""]);
    }

    #[test]
    fn version_2_names_hold_everything() {
        let named = |name: &str| {
            let mut case = TestCase::default();
            name_two(name, &Suites::default(), "nunit", &mut case);
            [case.qualified_name, case.title, case.container]
        };
        assert_eq!(named("N.C<System.Int32>.M(2.5)"), ["N.C<System.Int32>.M", "M", "N.C<System.Int32>"]);
        assert_eq!(named("Alone"), ["Alone", "Alone", ""]);
        assert_eq!(named("N.C.It works. Really"), ["N.C.It works. Really", "It works. Really", "N.C"]);
        assert_eq!(named("N.C."), ["N.C.", "C.", "N"]);
        let segments = [
            ("NS.Fix.Handles file.txt", "Handles file.txt"),
            ("N.F.Does 1.5 things", "Does 1.5 things"),
            ("1.1.3 Ensure 'Master Key' is set", "1.1.3 Ensure 'Master Key' is set"),
            ("N.C<A.B, D<E.F>>.M", "M"),
            ("N.C.M[a.b]", "M[a.b]"),
            ("N.C.'a.b'", "'a.b'"),
            ("N2.C.M", "M"),
            ("N.C2.M", "M"),
            ("N.C.3D", "3D"),
            ("N.C.v1.2", "v1.2"),
        ];
        for (name, segment) in segments {
            assert_eq!(last_segment(name), segment);
            assert_eq!(named(name)[1], segment);
        }
    }

    #[test]
    fn collections_are_named_after_classes() {
        assert_eq!(collection_class("Test collection for N.C"), Some("N.C"));
        assert_eq!(collection_class("Test collection for N.C (id: 5f)"), Some("N.C"));
        assert_eq!(collection_class("database tests"), None);
    }
}
