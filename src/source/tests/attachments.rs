//! Files that reports refer to.

use super::*;

/// What the report at `origin` gets for a reference.
pub(super) fn attachment(path: &Path, origin: &str, reference: &str) -> String {
    let mut answer = String::new();
    walk(&[Input::Path(path.to_path_buf())], &Options::default(), &mut |found| {
        if let Found::Entry(entry) = found
            && entry.origin.as_str() == origin
        {
            let mut bytes = Vec::new();
            answer = match entry.attachment(reference, &Limits::default().with_most(100), &mut bytes) {
                Ok(found) => {
                    let place = found.origin.map_or(String::new(), |origin| format!(" at {origin}"));
                    format!("{}{place} = {}", found.name, String::from_utf8_lossy(&bytes))
                }
                Err(error) => error.to_string(),
            };
        }
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    answer
}

#[test]
fn attachments_lie_beside_the_report_and_never_outside() {
    let base = tempfile::tempdir().unwrap();
    write(base.path(), "secret.txt", b"secret");
    let root = base.path().join("in");
    write(&root, "ui/a.xml", b"<a/>");
    write(&root, "ui/shots/My Shot.png", b"png");
    write(&root, "top.log", b"log");
    write(&root, "big.log", &[b'x'; 101]);
    let get = |reference: &str| attachment(&root, "ui/a.xml", reference);
    write(&root, "api/shots/deep.png", b"deep");
    assert_eq!(get("shots/My%20Shot.png"), "My Shot.png at ui/shots/My Shot.png = png");
    assert_eq!(get("shots\\my shot.PNG"), "my shot.PNG at ui/shots/My Shot.png = png");
    assert_eq!(get("../top.log"), "top.log at top.log = log");
    assert_eq!(get("top.log"), "top.log at top.log = log");
    assert_eq!(get("C:\\agent\\shots\\deep.png"), "deep.png at api/shots/deep.png = deep");
    assert_eq!(get("../../secret.txt"), "it lies outside the input and was not opened");
    let there = if cfg!(windows) { "/windows/win.ini" } else { "/etc/hosts" };
    assert_eq!(get(there), "it lies outside the input and was not opened");
    assert_eq!(get("nothing"), "there is no such file in the input");
    assert_eq!(get("../big.log"), "it is larger than the limit of 100 bytes");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(base.path().join("secret.txt"), root.join("ui/link.txt")).unwrap();
        assert_eq!(get("link.txt"), "it lies outside the input and was not opened");
        std::os::unix::fs::symlink(base.path(), root.join("ui/up")).unwrap();
        assert_eq!(get("up/secret.txt"), "it lies outside the input and was not opened");
    }
    // Of a single file nothing is searched but what lies beside it.
    let alone = |reference: &str| attachment(&root.join("ui/a.xml"), "a.xml", reference);
    assert_eq!(alone("shots/My Shot.png"), "My Shot.png at shots/My Shot.png = png");
    assert_eq!(alone("elsewhere/deep.png"), "there is no such file in the input");
}

#[test]
fn attachments_in_archives() {
    let folder = tempfile::tempdir().unwrap();
    let archive = deflated(&[("ui/a.xml", b"<a/>"), ("ui/x.png", b"x"), ("y/Z.png", b"z"), ("top.log", b"log")]);
    write(folder.path(), "n.zip", &archive);
    let get = |reference: &str| attachment(&folder.path().join("n.zip"), "n.zip!/ui/a.xml", reference);
    assert_eq!(get("x.png"), "x.png at n.zip!/ui/x.png = x");
    assert_eq!(get("../top.log"), "top.log at n.zip!/top.log = log");
    assert_eq!(get("somewhere/z.png"), "z.png at n.zip!/y/Z.png = z");
    assert_eq!(get("/home/ci/work/y/Z.png"), "Z.png at n.zip!/y/Z.png = z");
    assert_eq!(get("../../../top.log"), "it lies outside the input and was not opened");
}

/// What is refused in all these words.
const HIDDEN: &str = "it is hidden or in a hidden folder, and was not opened";

#[test]
fn what_is_hidden_is_no_attachment() {
    let base = tempfile::tempdir().unwrap();
    let root = base.path().join(".in");
    for name in ["ui/.env", ".ssh/id_rsa", "ui/.shots/a.png", ".out/ui/.more/b.png"] {
        write(&root, name, b"secret");
    }
    write(&root, "ui/a.xml", b"<a/>");
    write(&root, ".out/ui/b.xml", b"<b/>");
    write(&root, ".out/shots/c.png", b"png");
    for (report, alone) in [("ui/a.xml", "a.xml"), (".out/ui/b.xml", "b.xml")] {
        for reference in [".env", ".shots/a.png", ".more/b.png", "../.ssh/id_rsa", "../ui/.env", "/x/.env"] {
            let answers = [attachment(&root, report, reference), attachment(&root.join(report), alone, reference)];
            assert!(!answers.iter().any(|answer| answer.contains("secret")), "{report}, {reference}: {answers:?}");
        }
    }
    let get = |reference: &str| attachment(&root, "ui/a.xml", reference);
    for reference in [".env", "../.ssh/id_rsa", ".ssh/id_rsa", ".shots/a.png", "elsewhere/ID_RSA"] {
        assert_eq!(get(reference), HIDDEN, "{reference}");
    }
    assert_eq!(get(root.join(".ssh/id_rsa").to_str().unwrap()), HIDDEN);
    let alone = |reference: &str| attachment(&root.join("ui/a.xml"), "a.xml", reference);
    assert_eq!(alone(".env"), HIDDEN);
    assert_eq!(alone(".shots/a.png"), HIDDEN);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../.ssh", root.join("ui/keys")).unwrap();
        assert_eq!(get("keys/id_rsa"), HIDDEN);
        assert_eq!(alone("keys/id_rsa"), "it lies outside the input and was not opened");
    }
    // A report that is hidden itself has its own folders.
    let hidden = |reference: &str| attachment(&root, ".out/ui/b.xml", reference);
    assert_eq!(hidden("../shots/c.png"), "c.png at .out/shots/c.png = png");
    assert_eq!(hidden("/agent/out/shots/c.png"), "c.png at .out/shots/c.png = png");
}
