//! What stands around a case of version 2 whose name does not say it.
//!
//! NUnit itself writes the whole path as the name of a case. Others write the method alone, or a sentence, and leave the
//! path to the suites: without it, cases of different fixtures would be one Test.

use super::brackets;
use super::identity::last_segment;
use super::suite::Suites;
use crate::model::trimmed;

/// Most bytes of a path: every case below carries it.
const LONGEST_PATH: usize = 4 * 1024;

/// Appends the path of the namespaces and fixtures that are open, unless the name of the case holds it.
pub(super) fn push_path(suites: &Suites, name: &str, out: &mut String) {
    let mut length = 0;
    let near = suites.paths().rev().take_while(|(part, _)| {
        length += part.len() + 1;
        length <= LONGEST_PATH
    });
    let count = near.count();
    if count == 0 || trimmed(name).is_empty() || is_whole(suites, name) {
        return;
    }
    let start = out.len();
    let skipped = suites.paths().count() - count;
    for (part, has_arguments) in suites.paths().skip(skipped) {
        // A fixture may be written with its namespaces, which are open, too.
        let is_whole = part.strip_prefix(&out[start..]).is_some_and(|rest| rest.starts_with('.'));
        if is_whole {
            out.truncate(start);
        } else if out.len() > start {
            out.push('.');
        }
        if has_arguments {
            brackets::push_plain(part, out);
        } else {
            out.push_str(trimmed(part));
        }
    }
}

/// Whether nothing stands around a case that its name does not say.
pub(super) fn is_whole(suites: &Suites, name: &str) -> bool {
    suites.paths().next().is_none() || holds_path(suites, name)
}

/// Whether a name begins with the outermost namespace, or has the innermost fixture among its parts.
fn holds_path(suites: &Suites, name: &str) -> bool {
    let name = trimmed(name);
    let mut paths = suites.paths();
    let outermost = paths.next().map_or("", |(part, _)| trimmed(part));
    let innermost = paths.next_back().map_or(outermost, |(part, _)| trimmed(part));
    is_part(name.get(..outermost.len()).unwrap_or(""), outermost, name) || has_part(name, last_segment(bare(innermost)))
}

/// Whether `beginning`, which is that of the name, is the part, and ends as parts do.
fn is_part(beginning: &str, part: &str, name: &str) -> bool {
    !part.is_empty() && beginning == part && ends_part(&name[beginning.len()..])
}

fn has_part(name: &str, part: &str) -> bool {
    !part.is_empty()
        && name.match_indices(part).any(|(at, _)| {
            let begins = at == 0 || name[..at].ends_with(['.', '+']);
            begins && ends_part(&name[at + part.len()..])
        })
}

fn ends_part(rest: &str) -> bool {
    rest.starts_with(['.', '+', '(', '<', '`'])
}

/// The name of a fixture without arguments and types, which cases may write in another way.
fn bare(fixture: &str) -> &str {
    match fixture.find(['(', '<', '`']) {
        Some(at) if at > 0 && !fixture[..at].ends_with(char::is_whitespace) => &fixture[..at],
        _ => fixture,
    }
}
