//! What a reference means among the files of an archive or of a folder (spec bundle-zip.md section 4, nunit.md N33).

use super::name;

/// The names of all files, ready to be asked for one that was named with the wrong case or by another machine's path.
#[derive(Debug)]
pub(super) struct Lookup {
    /// Lower-case names, sorted, with the numbers of the files.
    by_name: Vec<(String, usize)>,
    /// Lower-case base names, sorted, with the numbers of the files.
    by_base: Vec<(String, usize)>,
}

impl Lookup {
    /// Of names with `/` between their parts; a file's number is its place among them.
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n str>) -> Lookup {
        let mut by_name: Vec<_> = names.map(str::to_lowercase).zip(0..).collect();
        let mut by_base: Vec<_> = by_name.iter().map(|(name, number)| (base_of(name).to_owned(), *number)).collect();
        by_name.sort_unstable();
        by_base.sort_unstable();
        Lookup { by_name, by_base }
    }

    /// The file that `reference` names, which is none of them by its exact path: the only one at `folder` or at the top
    /// whose case differs, else the only one of its base name, else, of several, the one whose last folders agree the
    /// longest with those of the reference. `name_of` gives a file's name by its number.
    pub(super) fn find<'n>(&self, folder: &str, reference: &str, name_of: impl Fn(usize) -> &'n str) -> Option<usize> {
        let at_path = |folder: &str| {
            let path = name::resolve(folder, reference)?.to_lowercase();
            only(same(&self.by_name, &path))
        };
        at_path(folder).or_else(|| at_path("")).or_else(|| self.by_tail(reference, name_of))
    }

    fn by_tail<'n>(&self, reference: &str, name_of: impl Fn(usize) -> &'n str) -> Option<usize> {
        let lower = reference.to_lowercase();
        let namesakes = same(&self.by_base, base_of(&lower));
        // The very case of the reference first.
        let exact = |number: &usize| base_of(name_of(*number)) == base_of(reference);
        let mut candidates: Vec<usize> = namesakes.iter().map(|(_, number)| *number).filter(exact).collect();
        if candidates.is_empty() {
            candidates.extend(namesakes.iter().map(|(_, number)| *number));
        }
        let agreeing = |number: &usize| {
            let name = name_of(*number).to_lowercase();
            name.rsplit('/').zip(lower.rsplit('/')).take_while(|(one, other)| one == other).count()
        };
        let longest = candidates.iter().map(agreeing).max()?;
        candidates.retain(|number| agreeing(number) == longest);
        match candidates[..] {
            [number] => Some(number),
            _ => None,
        }
    }
}

fn base_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn same<'s>(sorted: &'s [(String, usize)], wanted: &str) -> &'s [(String, usize)] {
    let start = sorted.partition_point(|(name, _)| name.as_str() < wanted);
    let length = sorted[start..].partition_point(|(name, _)| name == wanted);
    &sorted[start..start + length]
}

fn only(found: &[(String, usize)]) -> Option<usize> {
    match found {
        [(_, number)] => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'n>(names: &[&'n str], folder: &str, reference: &str) -> Option<&'n str> {
        Lookup::new(names.iter().copied()).find(folder, reference, |number| names[number]).map(|number| names[number])
    }

    #[test]
    fn a_path_in_another_case_comes_before_a_namesake_elsewhere() {
        let names = ["ui/Shot.png", "shot.png", "x/shot.png"];
        assert_eq!(find(&names, "ui", "shot.png"), Some("ui/Shot.png"));
        assert_eq!(find(&names, "api", "SHOT.png"), Some("shot.png"));
    }

    #[test]
    fn two_that_differ_in_case_alone_are_no_answer() {
        assert_eq!(find(&["A.png", "a.PNG"], "", "a.png"), None);
    }

    #[test]
    fn a_base_name_decides_when_it_is_the_only_one() {
        let names = ["out/Z.png", "y/z.png", "y/w.png"];
        assert_eq!(find(&names, "ui", "somewhere/w.png"), Some("y/w.png"));
        assert_eq!(find(&names, "ui", "somewhere/Z.png"), Some("out/Z.png"), "the very case first");
        assert_eq!(find(&names, "ui", "v.png"), None);
    }

    #[test]
    fn n33_of_namesakes_the_longest_common_tail_decides() {
        let names = ["api/shots/a.png", "ui/shots/a.png", "a.png"];
        assert_eq!(find(&names, "r", "C:/agent/_work/1/s/UI/shots/a.png"), Some("ui/shots/a.png"));
        assert_eq!(find(&names, "r", "/home/ci/shots/a.png"), None, "two agree equally");
    }
}
