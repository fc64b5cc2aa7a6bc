//! Retries: which rows are attempts of one test, and which of them counts (T03 to T06).

use super::*;

#[test]
fn t03_attempts_before_and_behind_the_row_that_counts() {
    let attempt = format!("<test-method name='m' status='SKIP' retried='true'>{EXCEPTION}</test-method>");
    let last = "<test-method name='m' status='PASS'/>";
    for rows in [format!("{attempt}{attempt}{last}"), format!("{last}{attempt}{attempt}")] {
        let found = class_with(&rows);
        let mut lines = found.lines();
        lines.sort();
        assert_eq!(lines, ["passed c.m", "~skipped c.m", "~skipped c.m"]);
        assert_eq!(found.kinds(), []);
    }
}

#[test]
fn t04_attempts_are_paired_without_identity_hashes() {
    let row = |status: &str, retried: &str, value: &str| {
        format!("<test-method name='m' status='{status}'{retried}>{}</test-method>", param(value))
    };
    let retried = " retried='true'";
    let found = class_with(&format!(
        "{}{}{}{}",
        row("SKIP", retried, "shop.Card@1b2c3d4e"),
        row("SKIP", retried, "shop.Cash@7f31245a"),
        row("PASS", "", "shop.Card@5e91993f"),
        row("FAIL", "", "shop.Cash@1c4af82c"),
    ));
    assert_eq!(found.lines(), ["~skipped c.m", "passed c.m", "~skipped c.m", "failed c.m"]);
    let groups: Vec<_> = found.cases.iter().map(|case| case.row_group).collect();
    assert!(groups[0] != 0 && groups.iter().all(|group| *group == groups[0]));
}

#[test]
fn t05_old_retries_count_and_are_told() {
    let found = class_with(&format!(
        "<test-method name='m' status='PASS'/><test-method name='m' status='SKIP'>{EXCEPTION}</test-method>"
    ));
    assert_eq!(found.lines(), ["passed c.m", "skipped c.m"]);
    assert_eq!(found.kinds(), [ProblemKind::Unusual]);
    let skip = EXCEPTION.replace("java.net.SocketException", "org.testng.SkipException");
    let found = class_with(&format!(
        "<test-method name='m' status='PASS'/><test-method name='m' status='SKIP'>{skip}</test-method>"
    ));
    assert_eq!(found.kinds(), [], "a row skipped on purpose is no attempt");
}

#[test]
fn t06_the_last_attempt_stands_for_a_missing_one() {
    let attempt = format!("<test-method name='m' status='SKIP' retried='true'>{EXCEPTION}</test-method>");
    let found = class_with(&format!("{attempt}{attempt}"));
    assert_eq!(found.lines(), ["~skipped c.m", "failed c.m"]);
    assert_eq!(found.kinds(), [ProblemKind::Repaired]);
    assert_eq!(found.cases[1].details[0].kind, DetailKind::Failure);
}

#[test]
fn held_rows_are_bounded() {
    let rows: String = (0..2000)
        .map(|row| {
            format!(
                "<test-method name='m{row}' status='SKIP' retried='true'/><test-method name='n{row}' status='SKIP'/>"
            )
        })
        .collect();
    let found = class_with(&rows);
    assert_eq!(found.cases.len(), 4000);
    // The attempts that had to go on early stay attempts.
    assert_eq!(found.cases.iter().filter(|case| case.superseded).count(), 2000 - 128);
}

#[test]
fn held_rows_are_bounded_in_bytes() {
    let picture = "QUJD".repeat(9 << 18);
    let row = |name: &str| {
        format!(
            "<test-method name='{name}' status='SKIP' retried='true'><attachments><attachment filename='a'>\
             <rawcontent>{picture}</rawcontent></attachment></attachments></test-method>"
        )
    };
    let report = format!(
        "<testng-results><suite name='s'><test name='t'><class name='c'>{}{}</class></test></suite></testng-results>",
        row("m"),
        row("n")
    );
    let mut found = Findings::default();
    parse(Body::Bytes(report.as_bytes()), &ReadOptions::default(), &mut found).unwrap();
    // The first went on as an attempt when the second came, whose last attempt is missing.
    assert_eq!(found.cases.iter().map(|case| case.superseded).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn t24_a_row_is_alone_when_nothing_speaks_of_others() {
    for (attributes, inside, is_alone) in [
        ("", "", true),
        ("data-provider=''", "", true),
        ("data-provider='rows'", "", false),
        ("retried='true'", "", false),
        ("", "<params><param index='0'><value>1</value></param></params>", false),
        ("", "<attributes><attribute name='a'>b</attribute></attributes>", false),
    ] {
        let found = class_with(&format!("<test-method name='m' status='FAIL' {attributes}>{inside}</test-method>"));
        let case = found.only();
        assert_eq!((case.lone_group != 0, case.row_group != 0), (is_alone, !is_alone), "{attributes} {inside}");
    }
}
