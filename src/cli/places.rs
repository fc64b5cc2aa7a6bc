//! Which of several INPUTs a file lies in, as people read it.

use std::path::Path;

use xraypack::source::Input;

/// What stands before the place of a file where people read it: the INPUT that it lies in, as it was given. With one INPUT
/// places alone say enough.
#[derive(Debug, Default)]
pub struct Places(Vec<String>);

impl Places {
    /// Those of files in these INPUTs.
    pub fn of(inputs: &[Input]) -> Places {
        if inputs.len() < 2 {
            return Places::default();
        }
        let before = inputs.iter().map(|input| match input {
            Input::Path(path) if path.is_dir() => ending_in_slash(path),
            // The place of a file begins with its name.
            Input::Path(path) => path.parent().map_or_else(String::new, ending_in_slash),
            Input::Stream { .. } => String::new(),
        });
        Places(before.collect())
    }

    /// What stands before a file of this INPUT, whose number counts from one.
    pub fn before(&self, input: Option<u32>) -> &str {
        let number = input.and_then(|number| usize::try_from(number).ok()?.checked_sub(1));
        number.and_then(|number| self.0.get(number)).map_or("", String::as_str)
    }
}

fn ending_in_slash(folder: &Path) -> String {
    let folder = folder.display().to_string();
    if folder.is_empty() || folder.ends_with(std::path::is_separator) { folder } else { folder + "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_several_inputs_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| Input::Path(folder.path().join(name));
        std::fs::create_dir_all(folder.path().join("a")).unwrap();
        let places = Places::of(&[path("a"), path("a/"), path("a/b.xml"), Input::stream(std::io::empty())]);
        let inside = format!("{}/", folder.path().join("a").display());
        assert_eq!(places.0, [&inside, &inside, &inside, ""]);
        assert_eq!((places.before(Some(1)), places.before(None)), (places.0[0].as_str(), ""));
        assert_eq!(Places::of(&[path("a")]).before(Some(1)), "");
        assert_eq!(ending_in_slash(Path::new("")), "", "a file that is named alone");
    }
}
