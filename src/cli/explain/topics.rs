//! What is said of each kind of problem. `docs/problems.md` is made of the same texts.

use serde::Serialize;
use xraypack::model::{ProblemKind, Severity};

/// One kind of problem.
#[derive(Debug, Serialize)]
pub struct Topic {
    /// The word in square brackets behind a message, and `kind` in JSON.
    pub kind: &'static str,
    /// How much it usually matters.
    #[serde(serialize_with = "severity_name")]
    pub severity: Severity,
    /// What happened, in one line.
    pub summary: &'static str,
    /// What became of the results.
    pub results: &'static str,
    /// What the reader can do.
    pub advice: &'static str,
}

fn severity_name<S: serde::Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(severity.name())
}

impl Topic {
    const fn of(kind: ProblemKind, [summary, results, advice]: [&'static str; 3]) -> Topic {
        Topic { kind: kind.name(), severity: kind.severity(), summary, results, advice }
    }

    /// A warning about the conversion as a whole: no report has it.
    const fn of_all(kind: &'static str, [summary, results, advice]: [&'static str; 3]) -> Topic {
        Topic { kind, severity: Severity::Warning, summary, results, advice }
    }
}

/// All of them: what damages a report first, then what is worth a look, then notes, in each the usual before the rare.
pub const TOPICS: &[Topic] = &[
    Topic::of(
        ProblemKind::Truncated,
        [
            "The report ends before it is complete, as after a killed run or a full disk.",
            "Test cases that were complete are kept (--damaged drop leaves them out). The case at which the report \
             breaks off counts only if its result is certain. Cases that were never written are not counted: nobody \
             knows how many there were.",
            "Look at the job that wrote the report: it was most likely killed or timed out. The place tells which test \
             was running.",
        ],
    ),
    Topic::of(
        ProblemKind::Malformed,
        [
            "The report is broken in the middle: end tags that do not match, quotes that nobody escaped, a value where \
             none may stand.",
            "Everything before the place is kept. Reading goes on behind it wherever that is safe.",
            "Look at the place (line and column). A test that prints raw XML or JSON into its report is the usual \
             cause; so are two processes that write to one file, and conflict markers left by git.",
        ],
    ),
    Topic::of(
        ProblemKind::EmptyReport,
        [
            "A file that is called like a report has nothing in it, nothing but zero bytes, or ends before its first element.",
            "No test case is counted, since none is there.",
            "The run died before it wrote its results, or the machine lost power. If the file is no report, leave it \
             out with --exclude.",
        ],
    ),
    Topic::of(
        ProblemKind::Unreadable,
        [
            "The bytes of a file or of an archive's entry could not be read: an I/O error, a wrong checksum, an \
             encrypted entry, a missing permission.",
            "Other files, and other entries of the archive, are not affected. Of packed data whose checksum is wrong \
             nothing is trusted: its cases are counted in `runs.left_out`, or not at all.",
            "Fetch the archive again, or unpack it with the password and convert the folder.",
        ],
    ),
    Topic::of(
        ProblemKind::LimitReached,
        [
            "Something in the input is larger, deeper or more numerous than a limit allows.",
            "The report is kept up to that point; other reports are not affected. Limits exist because an archive of a \
             few kilobytes can unpack to terabytes.",
            "If the input can be trusted, raise the limit that the message names (--limit NAME=VALUE). `xraypack \
             limits` lists all of them. Entries that overlap are refused whatever the limits are.",
        ],
    ),
    Topic::of(
        ProblemKind::NoProject,
        [
            "A test case has no key, and there is no project in which its Test could be found or created.",
            "`convert` ends with exit code 2 and writes nothing. `plan` ends with 2 as well, and lists such tests (all \
             of them with -v).",
            "Give --project KEY, or name the keys with --key-map or --key-pattern.",
        ],
    ),
    Topic::of(
        ProblemKind::Panicked,
        [
            "A reader of xraypack failed. This is a defect of the program.",
            "Cases before the place are kept; the one at which it happened is left out. Other reports are not affected.",
            "Please report it, if possible with the file.",
        ],
    ),
    Topic::of(
        ProblemKind::ContainerFailure,
        [
            "Something around the tests failed: a set-up, a tear-down, a whole class or suite, a file that did not \
             compile.",
            "Such a failure is no test of its own. Where the report writes it like a case, it is counted in `cases` \
             and in `runs.left_out`.",
            "Treat the run as failed: tests that depend on a set-up may not have run at all, and nothing else says so.",
        ],
    ),
    Topic::of(
        ProblemKind::CountMismatch,
        [
            "The report declares other totals than its test cases add up to.",
            "The cases that are there count; the declared totals are never used. Robot Framework, xUnit.net and Behave \
             reports are always compared, JUnit and TestNG reports only where they break off; in others producers \
             count too differently.",
            "If the report declares more than it holds, results may have been lost when it was written or put \
             together. If it declares fewer, the producer most likely counts differently.",
        ],
    ),
    Topic::of(
        ProblemKind::SameTestsTwice,
        [
            "Two reports hold the same tests: a first run and its rerun, two formats of one run, a merged report \
             beside its parts, or two devices.",
            "Nothing is lost: the results of one Test are merged into one run (--merge decides how). Every case is \
             counted, so that the totals are too high if it was one run only.",
            "For a rerun: nothing, --merge decides. For two formats of one run use --prefer FORMAT. For a merged \
             report beside its parts use --exclude. For runs on several devices use --environment-from, so that each \
             environment gets its own Test Execution.",
        ],
    ),
    Topic::of_all(
        "disagreeing",
        [
            "Tests passed in one report and failed in another.",
            "The failure counts (--merge worst and ran). The manifest has the number and the first of them for each \
             Test Execution (`disagreeing`).",
            "If one of the reports is a rerun, --merge last takes the later result. docs/reruns.md compares the rules.",
        ],
    ),
    Topic::of_all(
        "undecided",
        [
            "Tests passed in one report and did not run in another: they were skipped there, or pending.",
            "Such a Test is TODO (--merge worst, Xray's own rule for a mixture). The manifest has the number and the first \
             of them for each Test Execution (`undecided`).",
            "If tests are skipped on some machines and run on others, --merge ran has the results that ran count. \
             docs/reruns.md compares the rules.",
        ],
    ),
    Topic::of_all(
        "same-execution",
        [
            "Several Test Executions of this output have the same key.",
            "Each has its own bundles. If a Test is in more than one of them, the bundle that is uploaded last \
             replaces the result of the others, and a failure may become a pass. `verify` finds such Tests (exit code \
             5).",
            "Convert with --group-by all, or with --execution KEY. docs/upload.md has the details.",
        ],
    ),
    Topic::of(
        ProblemKind::UnknownStatus,
        [
            "A test case has a status word, or a result element, that its format does not define.",
            "The message says how it was read. Where a failure is stated as well, the failure counts. An unknown \
             element inside a JUnit case alone does not make it fail.",
            "Check what wrote the report. If the word is common for that producer, please report it.",
        ],
    ),
    Topic::of(
        ProblemKind::DryRun,
        [
            "Tests passed although none of their steps ran.",
            "They are written as TODO, since a dry run shows nothing.",
            "If that was a dry run, leave its reports out with --exclude.",
        ],
    ),
    Topic::of(
        ProblemKind::UnstableIdentity,
        [
            "The names of some tests contain something that changes: a time, a UUID, an address, a port, a temporary \
             or absolute path, the hash of an object, a shard, the version of a browser, a number that depends on other files.",
            "All results are written. But each new name creates a new Test in Jira, night after night.",
            "Use the --definition-rewrite that the message proposes, or give these tests keys (--key-map).",
        ],
    ),
    Topic::of(
        ProblemKind::SeveralKeys,
        [
            "A test case names several Test keys, a key stands on a feature of several scenarios, or rows of a method \
             are too far from the row that has its key.",
            "One case is one run. Of several keys the first well-formed one counts, and the message names the others. \
             A key on a feature of several scenarios names none of them.",
            "Leave one key on each test or scenario. If a key belongs to all rows of a parameterised method, it may \
             stand on any of them.",
        ],
    ),
    Topic::of(
        ProblemKind::MalformedKey,
        [
            "Something that is given as an issue key is none, such as `demo-1` or `DEMO-`.",
            "It is left out, because Xray refuses a whole import for one bad key. A Test is then found by its \
             definition.",
            "Correct the key in the test's source. Keys look like DEMO-123.",
        ],
    ),
    Topic::of(
        ProblemKind::BareKey,
        [
            "A tag or category looks like an issue key and nothing says what kind of issue it is, or a tag names a \
             Test of another project than --project.",
            "A key of which nothing is known becomes a label, unless the Test is known by another key; the result is \
             found by that key, or by its definition. A Test of another project gets the result.",
            "For tags of which nothing is known: --bare-keys test (or requirement) if all of them mean that, or tags \
             with a prefix (--tag-prefix). For Tests of another project: nothing, if that is meant.",
        ],
    ),
    Topic::of(
        ProblemKind::TestId,
        [
            "A test case gives a numeric `test_id`, which Xray JSON cannot express.",
            "The key, if there is one, or the definition names the Test.",
            "Translate the ids with --key-map (column `test_id`), or write keys (`test_key`).",
        ],
    ),
    Topic::of(
        ProblemKind::AmbiguousKey,
        [
            "Two rows of the key map give different keys to one test.",
            "The row that stands first counts.",
            "Remove one of the two lines; the message names both.",
        ],
    ),
    Topic::of_all(
        "key-map",
        [
            "Rows of the key map matched no test, contradict each other, or matched several tests that are called the \
             same.",
            "Rows without a match have no effect. Of contradicting rows the first counts. Several tests of one key are \
             merged.",
            "Correct the lines that the messages name. Rows of tests that no longer exist can go.",
        ],
    ),
    Topic::of(
        ProblemKind::NoIdentity,
        [
            "A test case has neither a key nor a name.",
            "It is counted in `cases` and in `runs.left_out`: no Test can be found for it.",
            "Give the test a name.",
        ],
    ),
    Topic::of(
        ProblemKind::NaiveTimestamp,
        [
            "Timestamps carry no time zone.",
            "They were read in an assumed zone, which the message names. Times of cases that have a zone are not \
             affected.",
            "Give the zone of the machine that ran the tests, such as --assume-zone Europe/Berlin. If it is the \
             assumed one, give it as well: then nobody is warned.",
        ],
    ),
    Topic::of(
        ProblemKind::UnreadableTime,
        [
            "A timestamp or a duration cannot be read, or is impossible (a negative duration, a year zero).",
            "The time is left out; the result counts.",
            "Usually nothing. If many tests are affected, check the locale of the producer.",
        ],
    ),
    Topic::of(
        ProblemKind::AmbiguousTime,
        [
            "A duration such as `1,234` can mean thousands or decimals.",
            "It was read as the message says; only the finish of the run depends on it.",
            "Let the producer write numbers with a point (locale en-US or C).",
        ],
    ),
    Topic::of(
        ProblemKind::MissingAttachment,
        [
            "A file that a report refers to was not found, or could not be read.",
            "The run is written without it; `evidence.dropped` counts it. Pictures that belong to no test are no \
             problem of a report: they are listed in `reports.jsonl` with their reason.",
            "Put the files beside the reports, or into the same archive, and convert them together. With --evidence \
             none nothing is looked for.",
        ],
    ),
    Topic::of(
        ProblemKind::EvidenceDropped,
        [
            "Attachments were left out because a limit was reached.",
            "The runs are written without them; `evidence.dropped` counts them. Evidence of failed results is kept \
             first.",
            "Raise --max-evidence, --max-evidence-per-test or --max-bytes, or write evidence beside the bundles with \
             --evidence sidecar. docs/evidence.md explains how they interact.",
        ],
    ),
    Topic::of_all(
        "trimmed",
        [
            "A single Test was larger than a bundle may be.",
            "It was cut down step by step until it fitted; its status always stays. `trimmed` in the manifest lists \
             the steps.",
            "Raise --max-bytes, or write evidence beside the bundles with --evidence sidecar.",
        ],
    ),
    Topic::of(
        ProblemKind::ConflictingInfo,
        [
            "Reports of one Test Execution say different things of it: its project, summary, description, version, \
             revision, user or Test Plan.",
            "What the first report says is kept.",
            "Set the field for all with its option (--summary, --fix-version, …), or keep the reports apart with \
             --group-by.",
        ],
    ),
    Topic::of(
        ProblemKind::UnknownProperty,
        [
            "A property or a field has a name that is not known, or that the target cannot take.",
            "It is read as the message says, or left out.",
            "Check the spelling. Some custom fields exist for one of the targets only.",
        ],
    ),
    Topic::of(
        ProblemKind::Repaired,
        [
            "The report was read whole after a repair: control characters, a wrong encoding, text around the document.",
            "Nothing was lost.",
            "Usually nothing. Other tools will refuse the file, so the producer may be worth an update.",
        ],
    ),
    Topic::of(
        ProblemKind::ReplacedEntry,
        [
            "An archive has two entries of one name.",
            "The later one counts, as for every unpacking tool.",
            "Usually nothing: somebody updated the archive in place. If both are wanted, rename one before it is packed.",
        ],
    ),
    Topic::of(
        ProblemKind::DuplicateOf,
        [
            "The file has the same bytes as an earlier report of the same Test Execution.",
            "It is ignored as a whole, so that nothing is counted twice.",
            "Nothing.",
        ],
    ),
    Topic::of(
        ProblemKind::Unsupported,
        [
            "The file is XML, JSON or an archive, but no report that xraypack reads.",
            "Nothing was read from it. The reason says what it is, where that is known.",
            "Many tools can write JUnit XML as well. If the file is a supported report that was not recognised, --from \
             FORMAT forces it.",
        ],
    ),
    Topic::of(
        ProblemKind::TextShortened,
        [
            "A text was longer than is kept: a comment, an output, a list of failures.",
            "Its beginning and its end are kept, around a line that says how much is missing.",
            "Usually nothing: Xray itself limits comments, and very long texts are cut while they are read. --limit \
             text-length makes texts shorter still.",
        ],
    ),
    Topic::of(
        ProblemKind::Unusual,
        [
            "The report has a shape that its format does not describe, or holds something that Xray cannot take.",
            "It was read as the message says; no result was lost.",
            "Usually nothing.",
        ],
    ),
];
