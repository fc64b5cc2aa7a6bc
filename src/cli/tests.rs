use super::args::ZoneBy;
use super::*;

fn parsed(line: &[&str]) -> Result<Parsed, Failure> {
    let arguments: Vec<OsString> =
        std::iter::once("xraypack").chain(line.iter().copied()).map(OsString::from).collect();
    parse(&arguments, Ok(None))
}

fn convert_args(line: &[&str]) -> convert::ConvertArgs {
    let Parsed { cli, .. } = parsed(&[&["convert", "in", "--out", "out"], line].concat()).unwrap();
    match cli.command {
        Command::Convert(args) => *args,
        other => panic!("{other:?}"),
    }
}

fn complaint(line: &[&str]) -> String {
    let failure = parsed(line).unwrap_err();
    assert_eq!(exit::code(&Err(parsed(line).unwrap_err())), exit::USAGE);
    failure.to_string()
}

#[test]
fn clap_finds_no_contradiction() {
    command().debug_assert();
}

#[test]
fn every_flag_has_its_environment_variable() {
    let command = Cli::command();
    for command in std::iter::once(&command).chain(command.get_subcommands()) {
        for arg in command.get_arguments() {
            let Some(long) = arg.get_long().filter(|long| !matches!(*long, "help" | "version")) else { continue };
            let name = format!("XRAYPACK_{}", long.to_uppercase().replace('-', "_"));
            assert_eq!(arg.get_env().and_then(|env| env.to_str()), Some(name.as_str()), "{}", command.get_name());
        }
    }
}

#[test]
fn the_help_does_not_depend_on_the_surroundings() {
    let help = command().find_subcommand("convert").unwrap().clone().render_long_help().to_string();
    assert!(help.contains("--max-bytes is XRAYPACK_MAX_BYTES") && !help.contains("[env"), "{help}");
}

#[test]
fn defaults_are_those_of_the_contract() {
    let args = convert_args(&[]);
    assert_eq!(args.job.target, choices::TargetChoice::Server);
    assert_eq!(args.job.execution.group_by, choices::GroupChoice::Archive);
    assert_eq!(args.job.bundles.max_bytes, size::Size::mib(20));
    assert_eq!(args.job.bundles.max_tests.get(), 1000);
    assert_eq!(args.job.bundles.evidence, None);
    assert_eq!(args.job.bundles.max_evidence, size::Size::mib(10));
    assert_eq!(args.job.bundles.max_evidence_per_test, size::Size::mib(20));
    assert_eq!(args.job.results.bare_keys, choices::BareKeysChoice::Label);
    assert_eq!(args.job.results.merge, choices::MergeChoice::Worst);
    assert_eq!(args.job.results.damaged, choices::DamagedChoice::Keep);
    assert_eq!((args.job.reading.zone(), args.job.reading.zone_by()), ("UTC", ZoneBy::Default));
    assert_eq!(args.job.reading.jobs, None);
    assert_eq!(args.job.junit_time_unit.nanos(), 1_000_000_000);
    assert!(
        !args.output.force
            && !args.job.results.update_tests
            && !args.job.results.allow_damaged
            && !args.job.reading.no_mmap
    );
}

#[test]
fn options_are_read_as_they_are_meant() {
    let args = convert_args(&[
        "-p",
        "DEMO",
        "--execution",
        "DEMO-7",
        "--environment",
        "chrome;linux",
        "--environment",
        "night",
        "--status",
        "skipped=SKIPPED",
        "--assume-zone",
        "-05:30",
        "--merge",
        "any-pass",
        "-j",
        "3",
    ]);
    assert_eq!(args.job.execution.project.unwrap().as_str(), "DEMO");
    assert_eq!(args.job.execution.execution.unwrap().as_str(), "DEMO-7");
    assert_eq!(args.job.execution.environment, ["chrome", "linux", "night"]);
    assert_eq!(args.job.results.status[0].name, "SKIPPED");
    assert_eq!((args.job.reading.zone(), args.job.reading.zone_by()), ("-05:30", ZoneBy::User));
    assert_eq!(args.job.results.merge, choices::MergeChoice::AnyPass);
    assert_eq!(args.job.reading.jobs.unwrap().get(), 3);
}

#[test]
fn wrong_values_are_usage_errors_that_help() {
    let with = |line: &[&str]| complaint(&[&["convert", "in", "--out", "out"], line].concat());
    assert!(with(&["--execution", "demo-1"]).contains("did you mean DEMO-1?"));
    assert!(with(&["--project", "DEMO-1"]).contains("its project is DEMO"));
    assert!(with(&["--test-plan", "DEMO"]).contains("such as DEMO-12"));
    assert!(with(&["--max-bytes", "20M"]).contains("20MiB"));
    for wrong in [["--max-tests", "0"], ["-j", "0"], ["-j", "abc"], ["--jobs", "-5"]] {
        let told = with(&wrong);
        assert!(told.contains("invalid value") && told.contains("a whole number of at least 1"), "{told}");
    }
    for wrong in [["--max-tests", "99999999999999999999999"], ["-j", "99999999999999999999"]] {
        assert!(with(&wrong).contains("the number is too large"), "{}", with(&wrong));
    }
    assert!(with(&["--max-bytes", "-5"]).contains("20MiB"));
    assert!(with(&["--description", " "]).contains("it must not be empty"));
    assert!(with(&["--include", "a["]).contains("--include"));
    assert!(with(&["--from", "trx"]).contains("junit"));
    assert!(with(&["--merge", "median"]).contains("any-pass"));
    assert!(complaint(&["convert", "in"]).contains("--out"));
    assert!(complaint(&["convert", "--out", "out"]).contains("INPUT"));
}

#[test]
fn standard_input_is_read_once_and_an_outcome_has_one_name() {
    let (mut terminal, _, _) = terminal::tests::terminal(Verbosity::Normal);
    let mut args = convert_args(&["--status", "passed=A;passed=B"]);
    let failure = convert::run(&args, &mut terminal).unwrap_err();
    assert_eq!(failure.to_string(), "--status names passed twice");
    args.job.inputs = vec!["-".into(), "-".into()];
    assert!(matches!(convert::run(&args, &mut terminal), Err(Failure::Usage(_))));
}

#[test]
fn verbosity_counts_and_the_nearer_place_wins() {
    assert_eq!(parsed(&["formats"]).unwrap().verbosity, Verbosity::Normal);
    assert_eq!(parsed(&["formats", "-q"]).unwrap().verbosity, Verbosity::Quiet);
    assert_eq!(parsed(&["-v", "formats"]).unwrap().verbosity, Verbosity::Verbose);
    assert_eq!(parsed(&["formats", "-vv"]).unwrap().verbosity, Verbosity::Chatty);
    for line in [&["formats", "-q", "-v"][..], &["-v", "formats", "-q"], &["-q", "formats", "-vv"]] {
        assert_eq!(complaint(line), "--quiet says less and --verbose says more: only one of them can be meant");
    }
    let quiet_file = || ProjectFile::read("xraypack.toml".into(), "quiet = true").map(Some);
    let line = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
    assert_eq!(parse(&line(&["xraypack", "formats"]), quiet_file()).unwrap().verbosity, Verbosity::Quiet);
    let loud = parse(&line(&["xraypack", "formats", "-v"]), quiet_file()).unwrap();
    assert_eq!(loud.verbosity, Verbosity::Verbose);
    assert_eq!(loud.notes, ["--verbose counts, and quiet in xraypack.toml does not"]);
    let both_in_file = ProjectFile::read("xraypack.toml".into(), "quiet = true\nverbose = 1").map(Some);
    assert!(matches!(parse(&line(&["xraypack", "formats"]), both_in_file), Err(Failure::Usage(_))));
    let loud_file = ProjectFile::read("xraypack.toml".into(), "verbose = 2").map(Some);
    assert_eq!(parse(&line(&["xraypack", "formats", "-q"]), loud_file).unwrap().verbosity, Verbosity::Quiet);
}

#[test]
fn an_id_may_begin_with_a_hyphen() {
    let Command::Bind(args) = parsed(&["bind", "out", "--execution", "-.xml=DEMO-1"]).unwrap().cli.command else {
        panic!("another command")
    };
    assert_eq!(args.execution, ["-.xml=DEMO-1".parse().unwrap()]);
}

#[test]
fn of_two_options_that_exclude_each_other_the_nearer_counts() {
    let file = |text: &str| ProjectFile::read("xraypack.toml".into(), text).map(Some);
    let line = |words: &[&str]| -> Vec<OsString> {
        ["xraypack", "convert", "in", "--out", "o"].iter().chain(words).map(OsString::from).collect()
    };
    let convert = |words: &[&str], text: &str| {
        let Parsed { cli, notes, .. } = parse(&line(words), file(text)).unwrap();
        let Command::Convert(args) = cli.command else { panic!("another command") };
        (args, notes)
    };
    let (args, notes) = convert(&["--force"], "resume = true");
    assert!(args.output.force && !args.output.resume);
    assert_eq!(notes, ["--force counts, and resume in xraypack.toml does not"]);
    let (args, _) = convert(&["--resume"], "force = true");
    assert!(args.output.resume && !args.output.force);
    let (args, notes) = convert(&["--environment-from", "hostname"], "execution = \"DEMO-1\"");
    assert!(args.job.execution.execution.is_none() && args.job.execution.environment_from.is_some());
    assert_eq!(notes, ["--environment-from counts, and execution in xraypack.toml does not"]);
    let (args, _) = convert(&["--execution", "DEMO-1"], "environment-from = \"hostname\"");
    assert!(args.job.execution.execution.is_some() && args.job.execution.environment_from.is_none());
    // In one place both are meant, and only one of them can be.
    let (args, notes) = convert(&["--force", "--resume"], "");
    assert!(args.output.force && args.output.resume && notes.is_empty());
    let (args, _) = convert(&[], "force = true\nresume = true");
    assert!(args.output.force && args.output.resume);
}

#[test]
fn a_plan_takes_all_options_of_a_conversion() {
    let shared = ["in", "--out", "o", "--force", "--compress", "gzip", "--multipart-info", "default", "-p", "DEMO"];
    for command in ["convert", "plan"] {
        assert!(parsed(&[&[command][..], &shared].concat()).is_ok(), "{command}");
    }
    assert!(parsed(&["plan", "in", "--resume"]).is_ok());
    let help = command().find_subcommand("plan").unwrap().clone().render_long_help().to_string();
    assert!(help.contains("It takes all options of convert") && !help.contains("XRAYPACK_COMPRESS"), "{help}");
}

#[test]
fn bind_takes_nothing_from_the_file_that_was_meant_for_convert() {
    let file = || ProjectFile::read("xraypack.toml".into(), "execution = \"DEMO-1\"\nforce = true").map(Some);
    let line = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
    let failure = parse(&line(&["xraypack", "bind", "out"]), file()).unwrap_err();
    assert!(failure.to_string().contains("--execution <ID=KEY>"), "{failure}");
    let bound = parse(&line(&["xraypack", "bind", "out", "--execution", "DEMO-2"]), file()).unwrap();
    let Command::Bind(args) = bound.cli.command else { panic!("another command") };
    assert!(!args.force && args.execution == ["DEMO-2".parse().unwrap()]);
}

#[test]
fn a_broken_project_file_does_not_keep_anybody_from_the_help() {
    let broken = || ProjectFile::read("xraypack.toml".into(), "nonsense = 1").map(Some);
    let line = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
    let help = parse(&line(&["xraypack", "convert", "--help"]), broken()).unwrap_err();
    assert_eq!(exit::code(&Err(help)), exit::SUCCESS);
    assert!(parse(&line(&["xraypack", "completions", "bash"]), broken()).is_ok());
    let failure = parse(&line(&["xraypack", "formats"]), broken()).unwrap_err();
    assert!(failure.to_string().starts_with("xraypack.toml:1: `nonsense`"));
    assert_eq!(exit::code(&Err(failure)), exit::USAGE);
}

#[test]
fn the_examples_of_the_help_are_understood() {
    let calls: Vec<&str> = EXAMPLES.lines().filter_map(|line| line.trim().strip_prefix("xraypack ")).collect();
    assert_eq!(calls.len(), 4);
    for call in calls {
        let words: Vec<&str> = call.split(' ').collect();
        assert!(parsed(&words).is_ok(), "{call}: {:?}", parsed(&words));
        assert!(call.len() < 92, "it would be wrapped: {call}");
    }
}
