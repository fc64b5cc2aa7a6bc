//! Names: what identifies a test for good, what is its title, where its arguments stand.

use super::arguments;
use crate::format::dotnet::UNKNOWN_METHOD;
use crate::model::trimmed;

/// What spekt's logger writes where it finds neither namespace nor type (X21).
const UNKNOWN_TYPE: &str = "UnknownNamespace.UnknownType";

/// The names that a test states.
#[derive(Default)]
pub(super) struct Names {
    /// Display name.
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) method: String,
}

impl Names {
    pub(super) fn clear(&mut self) {
        self.name.clear();
        self.type_name.clear();
        self.method.clear();
    }

    /// Lets the display name stand for a method that tells nothing.
    pub(super) fn take_name_as_method(&mut self) {
        if !trimmed(&self.name).is_empty() {
            self.method.clone_from(&self.name);
        }
    }

    /// The type, if it is known; a nested one keeps its `+` (X20).
    pub(super) fn class(&self) -> &str {
        match trimmed(&self.type_name) {
            UNKNOWN_TYPE => "",
            known => arguments::without_list(known).0,
        }
    }

    /// The arguments of the type, which tests of NUnit have there.
    pub(super) fn class_arguments(&self) -> Option<&str> {
        arguments::without_list(trimmed(&self.type_name)).1
    }

    /// The method without the arguments that a logger leaves there for tests of NUnit.
    fn method(&self) -> &str {
        match trimmed(&self.method) {
            UNKNOWN_METHOD if trimmed(&self.type_name) == UNKNOWN_TYPE => "",
            known if self.is_whole(known) => known,
            known => arguments::without_list(known).0,
        }
    }

    /// Whether brackets at the end of a method belong to it. Names in F# may have them; they are shown behind their type, and hold
    /// no `name: value`, as arguments of xUnit.net's own do. Tests of NUnit are shown without their type.
    fn is_whole(&self, method: &str) -> bool {
        let is_behind_type = || {
            let before = self.display().strip_suffix(method).and_then(|before| before.strip_suffix('.'));
            before == Some(trimmed(&self.type_name))
        };
        method.ends_with(')') && is_behind_type() && arguments::split_named(method).1.is_none()
    }

    /// The display name without the prefix of an unknown type.
    fn display(&self) -> &str {
        let name = trimmed(&self.name);
        name.strip_prefix(UNKNOWN_TYPE).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name)
    }

    /// The definition (spec xunit.md (c), decision 10; Xray's own form is not documented): type, dot, method. Where one
    /// of them is missing, the display name without its arguments (X5), or the method of an unknown type (X21).
    pub(super) fn push_qualified(&self, out: &mut String) {
        let (class, method) = (self.class(), self.method());
        if !class.is_empty() && !method.is_empty() {
            out.push_str(class);
            out.push('.');
            out.push_str(method);
            return;
        }
        let is_unknown = trimmed(&self.type_name) == UNKNOWN_TYPE;
        let name = if is_unknown && !method.is_empty() { method } else { self.display() };
        let name = if name.is_empty() { method } else { name };
        let (before, _) = self.split(name);
        out.push_str(trimmed(before));
    }

    /// Title and list of arguments: the method's name, or the display name where that is a custom one (X6, X7, X10).
    pub(super) fn title_and_arguments(&self) -> (&str, Option<&str>) {
        let method = self.method();
        let name = self.display();
        if method.is_empty() {
            let (title, list) = self.split(name);
            return (trimmed(title), list);
        }
        match self.behind_method(name) {
            Some(rest) => (method, arguments::split(rest).1),
            None if name.is_empty() => (method, None),
            None => {
                let (title, list) = arguments::split_named(name);
                (trimmed(title), list)
            }
        }
    }

    /// Whether a title is one of the author's own. A theory may give each of its rows one, without arguments.
    pub(super) fn is_custom(&self, title: &str) -> bool {
        let method = self.method();
        !method.is_empty() && title != method
    }

    /// Splits a name of which no method says where it ends. A logger that does not know the type still writes arguments
    /// behind any method; other producers without types and methods write titles (X11).
    fn split<'n>(&self, name: &'n str) -> (&'n str, Option<&'n str>) {
        if trimmed(&self.type_name) == UNKNOWN_TYPE { arguments::split(name) } else { arguments::split_path(name) }
    }

    /// What follows the method in a display name that begins with it, with or without its type.
    fn behind_method<'n>(&self, name: &'n str) -> Option<&'n str> {
        let method = self.method();
        let qualified = name.strip_prefix(self.class()).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
        let rest = qualified.strip_prefix(method)?;
        (rest.is_empty() || rest.starts_with(['(', '<'])).then_some(rest)
    }
}
