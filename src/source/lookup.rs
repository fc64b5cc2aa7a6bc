//! What a reference means among the files of an archive or of a folder (spec bundle-zip.md section 4, nunit.md N33).

use std::cmp::Ordering;

use super::name;

/// The names of all files, ready to be asked for one that was named with the wrong case or by another machine's path.
#[derive(Debug)]
pub(super) struct Lookup {
    /// All of them, in the order of their tails: those that end alike lie side by side, and nobody has to look through namesakes.
    files: Vec<File>,
    /// Places among these, of one base name after the other as it is written, else in the same order.
    by_written_base: Vec<usize>,
}

#[derive(Debug)]
struct File {
    /// The parts of its name from last to first, in lower case.
    tail: String,
    /// Its place among the names.
    number: usize,
}

impl Lookup {
    /// Of names with `/` between their parts; a file's number is its place among them.
    pub(super) fn new(names: &[impl AsRef<str>]) -> Lookup {
        let file = |(number, name): (usize, &_)| File { tail: tail(AsRef::as_ref(name)), number };
        let mut files: Vec<File> = names.iter().enumerate().map(file).collect();
        files.sort_unstable_by(|one, other| name::compare(&one.tail, &other.tail).then(one.number.cmp(&other.number)));
        let mut by_written_base: Vec<usize> = (0..files.len()).collect();
        by_written_base.sort_by_key(|place| base_of(names[files[*place].number].as_ref()));
        Lookup { files, by_written_base }
    }

    /// The file that `reference` names, which is none of them by its exact path: the only one at `folder` or at the top
    /// whose case differs, else the only one of its base name, else, of several, the one whose last folders agree the
    /// longest with those of the reference. `name_of` gives a file's name by its number.
    pub(super) fn find<'n>(&self, folder: &str, reference: &str, name_of: impl Fn(usize) -> &'n str) -> Option<usize> {
        self.at_path(folder, reference)
            .or_else(|| self.at_path("", reference))
            .or_else(|| self.by_tail(reference, name_of))
    }

    fn at_path(&self, folder: &str, reference: &str) -> Option<usize> {
        let wanted = tail(&name::resolve(folder, reference)?);
        let start = self.files.partition_point(|file| name::compare(&file.tail, &wanted).is_lt());
        let is_here = |place: usize| self.files.get(place).is_some_and(|file| file.tail == wanted);
        (is_here(start) && !is_here(start + 1)).then(|| self.files[start].number)
    }

    fn by_tail<'n>(&self, reference: &str, name_of: impl Fn(usize) -> &'n str) -> Option<usize> {
        let wanted = tail(reference);
        let base = base_of(reference);
        let written = |place: &usize| base_of(name_of(self.files[*place].number));
        let start = self.by_written_base.partition_point(|place| written(place) < base);
        let same = self.by_written_base[start..].partition_point(|place| written(place) == base);
        // The very case of the reference first.
        match &self.by_written_base[start..start + same] {
            [] => closest(&self.files, |_, file| &file.tail, &self.files, &wanted).map(|file| file.number),
            namesakes => closest(namesakes, |files, place| &files[*place].tail, &self.files, &wanted)
                .map(|place| self.files[*place].number),
        }
    }
}

/// The only one of `some` whose tail agrees the longest with `wanted`. They are in the order of their tails, so that it is
/// beside the place where `wanted` would be.
fn closest<'s, T>(
    some: &'s [T],
    tail_of: for<'f> fn(&'f [File], &'f T) -> &'f str,
    files: &[File],
    wanted: &str,
) -> Option<&'s T> {
    let place = some.partition_point(|one| name::compare(tail_of(files, one), wanted).is_lt());
    let agreeing = |one: Option<&T>| one.map_or(0, |one| agreeing_parts(tail_of(files, one), wanted));
    let (below, above) = some.split_at(place);
    let (last, first) = (agreeing(below.last()), agreeing(above.first()));
    let (found, further) = match last.cmp(&first) {
        Ordering::Equal => return None,
        Ordering::Greater => (below.last(), below.iter().nth_back(1)),
        Ordering::Less => (above.first(), above.get(1)),
    };
    found.filter(|_| agreeing(further) < last.max(first))
}

fn agreeing_parts(one: &str, other: &str) -> usize {
    one.split('/').zip(other.split('/')).take_while(|(one, other)| one == other).count()
}

fn tail(name: &str) -> String {
    let lower = name.to_lowercase();
    let parts: Vec<&str> = lower.rsplit('/').collect();
    parts.join("/")
}

fn base_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'n>(names: &[&'n str], folder: &str, reference: &str) -> Option<&'n str> {
        Lookup::new(names).find(folder, reference, |number| names[number]).map(|number| names[number])
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

    /// Against a look at each of them.
    #[test]
    fn neighbours_decide_as_all_would() {
        let slow = |names: &[String], reference: &str| {
            let agreeing = |name: &String| agreeing_parts(&tail(name), &tail(reference));
            let same = |name: &&String| base_of(name) == base_of(reference);
            let namesakes: Vec<_> = match names.iter().any(|name| same(&name)) {
                true => names.iter().filter(same).collect(),
                false => names.iter().filter(|name| agreeing(name) > 0).collect(),
            };
            let longest = namesakes.iter().map(|name| agreeing(name)).max()?;
            let mut found = namesakes.into_iter().filter(|name| agreeing(name) == longest);
            found.next().filter(|_| found.next().is_none()).cloned()
        };
        let parts = ["a", "b", "A", "a-", "aa"];
        let paths = |depth: u32| {
            let all = parts.len().pow(depth);
            (0..all).map(move |at| {
                let part = |level: u32| parts[at / parts.len().pow(level) % parts.len()];
                (0..depth).map(part).collect::<Vec<_>>().join("/")
            })
        };
        let all: Vec<String> = (1..4).flat_map(paths).collect();
        for step in [1, 2, 3, 5, 7, 11, 13, 29, 53] {
            let names: Vec<String> = all.iter().skip(step / 2).step_by(step).cloned().collect();
            let lookup = Lookup::new(&names);
            for reference in &all {
                let found = lookup.by_tail(reference, |number| &names[number]).map(|number| names[number].clone());
                assert_eq!(found, slow(&names, reference), "{reference} in every {step}th");
            }
        }
    }
}
