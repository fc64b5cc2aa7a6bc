//! Which files are read, and what is told of the others.

use super::*;

pub(super) fn globs(pattern: &str) -> Option<Arc<Globs>> {
    Some(Arc::new(Globs::new([pattern]).unwrap()))
}

#[test]
fn litter_packages_and_excluded_files_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "__MACOSX/._a.xml", b"x");
    write(folder.path(), ".DS_Store", b"x");
    write(folder.path(), "lib.jar", &deflated(&[("a.xml", b"x")]));
    write(folder.path(), "old/a.xml", b"x");
    write(folder.path(), "b.xml", b"b");
    let options = Options { exclude: globs("old/**"), ..Options::default() };
    assert_eq!(
        lines_with(&[Input::Path(folder.path().to_path_buf())], &options),
        [
            ".DS_Store: operating-system litter",
            "__MACOSX/._a.xml: operating-system litter",
            "b.xml = b",
            "lib.jar: a program package or office document, which is not descended into",
            "old/a.xml: excluded",
        ]
    );
}

#[test]
fn inclusion_is_of_files_and_exclusion_of_archives_too() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "night", &deflated(&[("a.xml", b"a"), ("b.log", b"b")]));
    write(folder.path(), "old.zip", &deflated(&[("a.xml", b"old")]));
    let options = Options { include: globs("*.xml"), exclude: globs("old*"), ..Options::default() };
    assert_eq!(
        lines_with(&[Input::Path(folder.path().to_path_buf())], &options),
        ["night!/a.xml = a", "night!/b.log: excluded", "old.zip: excluded"]
    );
}

#[test]
fn an_archive_without_a_file_is_a_file_that_was_seen() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "n.zip", &deflated(&[]));
    assert_eq!(lines(&folder.path().join("n.zip")), ["n.zip: an empty archive"]);
    write(folder.path(), "n.zip", &deflated(&[("in.zip", &deflated(&[]))]));
    assert_eq!(lines(folder.path()), ["n.zip!/in.zip: an empty archive"]);
    let options = Options { include: globs("*.xml"), ..Options::default() };
    assert_eq!(lines_with(&[Input::Path(folder.path().join("n.zip"))], &options), ["n.zip!/in.zip: excluded"]);
}

#[cfg(unix)]
#[test]
fn what_is_excluded_need_not_be_readable() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "yes/a.xml", b"a");
    write(folder.path(), "no/b.xml", b"b");
    let mode = |mode| std::fs::set_permissions(folder.path().join("no"), PermissionsExt::from_mode(mode)).unwrap();
    mode(0);
    // Whoever may read everything cannot try this.
    if folder.path().join("no").read_dir().is_err() {
        let input = || [Input::Path(folder.path().to_path_buf())];
        for (include, exclude) in [(None, globs("no")), (globs("yes/**"), None)] {
            let options = Options { include, exclude, ..Options::default() };
            assert_eq!(lines_with(&input(), &options), ["no: excluded", "yes/a.xml = a"]);
        }
        let options = Options { include: globs("*.xml"), ..Options::default() };
        assert!(lines_with(&input(), &options)[0].starts_with("no: it cannot be read: "));
    }
    mode(0o700);
}
