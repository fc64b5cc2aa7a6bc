//! From options to what the library is asked to do: the one place where both vocabularies meet.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use serde_json::Value;
use xraypack::bundle::{BundleLimits, Compression, Opening, WriteErrorKind, manifest};
use xraypack::format::time::Zone;
use xraypack::format::{self, Attachments, ReadOptions};
use xraypack::mapping::{
    BareKeys, EnvironmentFrom, Evidence, EvidencePolicy, FieldNames, KeyRules, Met, Rules, UpdateTests,
};
use xraypack::model::{DataRows, StatedExecution};
use xraypack::pipeline::{Damaged, Error, GroupBy, Job, Memory, Reading};
use xraypack::source::{self, Globs, Mapping};
use xraypack::xray::{EncodeOptions, EvidencePlace, ExecutionInfo, InfoTemplate, Merge, Target};

use super::args::{JobArgs, OutputArgs, ReadingArgs};
use super::choices::{
    BareKeysChoice, CompressChoice, DamagedChoice, EvidenceChoice, GroupChoice, MergeChoice, OutputEvidenceChoice,
    TargetChoice, TimeUnitChoice,
};
use super::environment::EnvironmentSource;
use super::exit::Failure;
use super::info;
use super::inputs;
use super::limits::LimitValue;
use super::status::StatusName;
use super::words::Pattern;

/// The conversion that `args` ask for; without an output folder, one that can only be planned.
pub fn job(args: &JobArgs, output: Option<&OutputArgs>) -> Result<Job, Failure> {
    let args = &JobArgs { execution: info::complete(&args.execution)?, ..args.clone() };
    let keys = args.keys.rules()?;
    let reading = reading_to_convert(args)?;
    let encoding = encoding(args)?;
    let multipart_info = output.and_then(|output| output.multipart_info.as_deref());
    let multipart_info = multipart_info.map(|file| info_template(file, encoding.target)).transpose()?;
    Ok(Job {
        inputs: inputs::open(&args.inputs)?,
        source: source::Options { output: output.map(|output| output.out.clone()), ..source_options(&args.reading)? },
        reading,
        rules: rules(args, keys.clone()),
        merge: merge(args.results.merge),
        group_by: group_by(args.execution.group_by),
        execution: execution(args),
        execution_key: args.execution.execution.as_ref().map(|key| key.as_str().to_owned()),
        damaged: damaged(args.results.damaged),
        prefer: args.results.prefer.iter().filter_map(|name| Some(format::by_name(name)?.name)).collect(),
        bundle_limits: BundleLimits { max_bytes: args.bundles.max_bytes.get(), max_runs: args.bundles.max_tests.get() },
        multipart_info: multipart_info.clone(),
        compression: output.map_or(Compression::None, |output| compression(output.compress)),
        output: output.map_or_else(PathBuf::new, |output| output.out.clone()),
        opening: output.map_or(Opening::Fresh, opening),
        threads: threads(&args.reading),
        memory: memory(&args.reading),
        recorded: recorded(args, &keys, output, multipart_info.as_ref()),
        encoding,
    })
}

fn project(args: &JobArgs) -> Option<String> {
    args.execution.project.as_ref().map(|project| project.as_str().to_owned())
}

/// How reports are read of which everything is wanted that goes into a bundle.
fn reading_to_convert(args: &JobArgs) -> Result<Reading, Failure> {
    let policy = evidence(args);
    let mut reading = reading(&args.reading, args.junit_time_unit)?;
    reading.options.attachments = attachments(policy.of);
    reading.options.output = attachments(policy.output);
    reading.options.attachment_bytes = policy.max_file;
    reading.options.case_attachment_bytes = policy.max_test;
    reading.options.steps = args.results.steps;
    if let Some(EnvironmentFrom::Property(name)) = environment_from(args) {
        reading.options.suite_property = Some(name.clone());
    }
    Ok(reading)
}

fn environment_from(args: &JobArgs) -> Option<&EnvironmentFrom> {
    args.execution.environment_from.as_ref().map(EnvironmentSource::rule)
}

/// How cases become runs.
fn rules(args: &JobArgs, keys: KeyRules) -> Rules {
    Rules {
        project: project(args),
        bare_keys: bare_keys(args.results.bare_keys),
        update_tests: if args.results.update_tests { UpdateTests::Yes } else { UpdateTests::No },
        evidence: evidence(args),
        environment_from: environment_from(args).cloned().unwrap_or_default(),
        field_names: match args.target {
            TargetChoice::Cloud => FieldNames::NumberOrName,
            TargetChoice::Server => FieldNames::Number,
        },
        keys,
        rows: rows(args.results.merge),
        met: Met::default(),
    }
}

/// How runs are written.
fn encoding(args: &JobArgs) -> Result<EncodeOptions, Failure> {
    let mut encoding = EncodeOptions::new(target(args.target), project(args).unwrap_or_default());
    encoding.max_evidence = evidence(args).max_test;
    encoding.evidence = evidence_place(args.bundles.evidence);
    encoding.rows = rows(args.results.merge);
    for status in &args.results.status {
        let refused = |error: xraypack::xray::StatusError| Failure::Usage(format!("--status: {error}"));
        encoding.statuses.set(status.outcome, &status.name).map_err(refused)?;
    }
    Ok(encoding)
}

fn opening(output: &OutputArgs) -> Opening {
    match (output.force, output.resume) {
        (true, _) => Opening::Replace,
        (false, true) => Opening::Resume,
        (false, false) => Opening::Fresh,
    }
}

/// How files are found.
pub fn source_options(args: &ReadingArgs) -> Result<source::Options, Failure> {
    Ok(source::Options {
        include: globs(&args.include)?,
        exclude: globs(&args.exclude)?,
        limits: source_limits(&args.limit),
        mapping: if args.no_mmap { Mapping::Never } else { Mapping::Allowed },
        output: None,
    })
}

fn source_limits(values: &[LimitValue]) -> source::Limits {
    let mut limits = source::Limits::default();
    for value in values {
        limits.set(value.limit, value.value);
    }
    limits
}

/// How reports are read.
pub fn reading(args: &ReadingArgs, junit_time_unit: TimeUnitChoice) -> Result<Reading, Failure> {
    let zone = Zone::parse(args.zone()).map_err(|error| Failure::Usage(format!("--assume-zone: {error}")))?;
    let mut options = ReadOptions { zone, junit_time_unit: junit_time_unit.nanos(), ..ReadOptions::default() };
    for value in &args.limit {
        options.limits.set(value.limit, value.value);
    }
    Ok(Reading { options, format: args.from.as_deref().and_then(format::by_name) })
}

/// The ceiling of memory, which was checked when it was read.
fn memory(args: &ReadingArgs) -> Memory {
    Memory::of(args.memory.get()).unwrap_or_default()
}

/// Worker threads: one for each core unless another number is asked for, as far as there is memory for them.
pub fn threads(args: &ReadingArgs) -> usize {
    memory(args).workers(args.jobs.map_or(0, NonZeroUsize::get))
}

/// What an error of the library means to the user.
pub fn failure(error: Error) -> Failure {
    match &error {
        _ if error.is_wrong_usage() => Failure::Usage(error.to_string()),
        Error::Output(write) if is_occupied(write.kind()) => Failure::Usage(format!("{error}{}", advice(write.kind()))),
        Error::Renamed(_) => Failure::Usage(format!("{error}; --force begins anew")),
        Error::Source(_) | Error::Changing(_) | Error::Output(_) => Failure::Output(error.to_string()),
        _ => Failure::Internal(error.to_string()),
    }
}

fn is_occupied(kind: &WriteErrorKind) -> bool {
    matches!(
        kind,
        WriteErrorKind::EarlierOutput(_)
            | WriteErrorKind::NotOurs { .. }
            | WriteErrorKind::AnotherPurpose { .. }
            | WriteErrorKind::KeyBound { .. }
            | WriteErrorKind::NoFolder(_)
            | WriteErrorKind::InUse(_)
    )
}

/// What can be done about a folder that is occupied.
fn advice(kind: &WriteErrorKind) -> &'static str {
    match kind {
        WriteErrorKind::EarlierOutput(_) => "; --force replaces it, --resume goes on with one that was stopped",
        WriteErrorKind::AnotherPurpose { .. } | WriteErrorKind::KeyBound { .. } => {
            "; with --force everything is converted anew"
        }
        _ => "",
    }
}

fn globs(patterns: &[Pattern]) -> Result<Option<Arc<Globs>>, Failure> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let globs = Globs::new(patterns.iter().map(Pattern::as_str)).map_err(Failure::Usage)?;
    Ok(Some(Arc::new(globs)))
}

fn target(choice: TargetChoice) -> Target {
    match choice {
        TargetChoice::Server => Target::Server,
        TargetChoice::Cloud => Target::Cloud,
    }
}

fn group_by(choice: GroupChoice) -> GroupBy {
    match choice {
        GroupChoice::Archive => GroupBy::Archive,
        GroupChoice::Input => GroupBy::Input,
        GroupChoice::Directory => GroupBy::Directory,
        GroupChoice::Report => GroupBy::Report,
        GroupChoice::All => GroupBy::All,
    }
}

fn bare_keys(choice: BareKeysChoice) -> BareKeys {
    match choice {
        BareKeysChoice::Label => BareKeys::Label,
        BareKeysChoice::Test => BareKeys::Test,
        BareKeysChoice::Requirement => BareKeys::Requirement,
    }
}

fn merge(choice: MergeChoice) -> Merge {
    match choice {
        MergeChoice::Worst => Merge::Worst,
        MergeChoice::Ran => Merge::Ran,
        MergeChoice::Last => Merge::Last,
        MergeChoice::AnyPass => Merge::AnyPass,
        MergeChoice::Iterations => Merge::Iterations,
    }
}

fn rows(choice: MergeChoice) -> DataRows {
    match choice {
        MergeChoice::Worst => DataRows::Merged,
        MergeChoice::Ran | MergeChoice::Last | MergeChoice::AnyPass => DataRows::Apart,
        MergeChoice::Iterations => DataRows::Kept,
    }
}

/// The template of `info` parts: a file of the user's, or that of the target.
fn info_template(file: &Path, target: Target) -> Result<InfoTemplate, Failure> {
    if file.ends_with("default") && !file.exists() {
        return Ok(InfoTemplate::of_target(target));
    }
    let refused = |what: String| Failure::Usage(format!("--multipart-info: {}: {what}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| refused(error.to_string()))?;
    InfoTemplate::parse(&text).map_err(refused)
}

fn compression(choice: CompressChoice) -> Compression {
    match choice {
        CompressChoice::None => Compression::None,
        CompressChoice::Gzip => Compression::Gzip,
        CompressChoice::Zstd => Compression::Zstd,
    }
}

fn damaged(choice: DamagedChoice) -> Damaged {
    match choice {
        DamagedChoice::Keep => Damaged::Keep,
        DamagedChoice::Drop => Damaged::Drop,
    }
}

fn evidence(args: &JobArgs) -> EvidencePolicy {
    let of = match args.bundles.evidence.unwrap_or(EvidenceChoice::Failed) {
        EvidenceChoice::Failed | EvidenceChoice::Sidecar => Evidence::Failed,
        EvidenceChoice::All | EvidenceChoice::SidecarAll => Evidence::All,
        EvidenceChoice::None => Evidence::None,
    };
    let output = match args.bundles.output_evidence {
        OutputEvidenceChoice::Failed => Evidence::Failed,
        OutputEvidenceChoice::All => Evidence::All,
        OutputEvidenceChoice::None => Evidence::None,
    };
    // Evidence of Xray JSON is kept as it is unless the option is given (decision 21).
    let stated = if args.bundles.evidence.is_some() { of } else { Evidence::All };
    EvidencePolicy {
        of,
        stated,
        output,
        max_file: args.bundles.max_evidence.get(),
        max_test: args.bundles.max_evidence_per_test.get(),
    }
}

fn evidence_place(choice: Option<EvidenceChoice>) -> EvidencePlace {
    match choice {
        Some(EvidenceChoice::Sidecar | EvidenceChoice::SidecarAll) => EvidencePlace::Files,
        Some(EvidenceChoice::Failed | EvidenceChoice::All | EvidenceChoice::None) | None => EvidencePlace::Bundle,
    }
}

fn attachments(of: Evidence) -> Attachments {
    match of {
        Evidence::Failed => Attachments::OfFailed,
        Evidence::All => Attachments::All,
        Evidence::None => Attachments::None,
    }
}

fn execution(args: &JobArgs) -> ExecutionInfo {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let given = &args.execution;
    ExecutionInfo {
        stated: StatedExecution {
            project: project(args).unwrap_or_default(),
            summary: text(&given.summary),
            description: text(&given.description),
            version: text(&given.fix_version),
            revision: text(&given.revision),
            user: text(&given.user),
            test_plan: given.test_plan.as_ref().map_or_else(String::new, |key| key.as_str().to_owned()),
            ..StatedExecution::default()
        },
        environments: given.environment.clone(),
    }
}

/// The options that shape the output, as the manifest records them: nothing that differs between two runs that give the
/// same bytes.
fn recorded(
    args: &JobArgs,
    keys: &KeyRules,
    output: Option<&OutputArgs>,
    info: Option<&InfoTemplate>,
) -> manifest::Options {
    let JobArgs { execution, bundles, results, reading, junit_time_unit, .. } = args;
    let [key_map, key_pattern, definition_rewrite, tag_prefix] = args.keys.recorded(keys);
    let texts = |texts: Vec<&str>| Value::from(texts);
    manifest::Options::new(
        [
            ("project", execution.project.as_ref().map(|key| key.as_str().into())),
            ("execution", execution.execution.as_ref().map(|key| key.as_str().into())),
            ("group-by", Some(word(&execution.group_by))),
            ("summary", execution.summary.as_deref().map(Value::from)),
            ("description", execution.description.as_deref().map(Value::from)),
            ("fix-version", execution.fix_version.as_deref().map(Value::from)),
            ("revision", execution.revision.as_deref().map(Value::from)),
            ("user", execution.user.as_deref().map(Value::from)),
            ("test-plan", execution.test_plan.as_ref().map(|key| key.as_str().into())),
            ("environment", listed(&execution.environment).map(Value::from)),
            ("environment-from", execution.environment_from.as_ref().map(|source| source.as_str().into())),
            ("max-bytes", Some(bundles.max_bytes.get().into())),
            ("max-tests", Some(bundles.max_tests.get().into())),
            ("multipart-info", info.map(|template| template.as_value().clone())),
            ("compress", output.map(|output| word(&output.compress))),
            ("evidence", Some(word(&bundles.evidence.unwrap_or(EvidenceChoice::Failed)))),
            ("output-evidence", Some(word(&bundles.output_evidence))),
            ("max-evidence", Some(bundles.max_evidence.get().into())),
            ("max-evidence-per-test", Some(bundles.max_evidence_per_test.get().into())),
            key_map,
            key_pattern,
            definition_rewrite,
            tag_prefix,
            ("bare-keys", Some(word(&results.bare_keys))),
            ("update-tests", Some(results.update_tests.into())),
            ("merge", Some(word(&results.merge))),
            ("steps", Some(results.steps.into())),
            ("status", listed(&results.status).map(texts_of_statuses)),
            ("assume-zone", Some(reading.zone().into())),
            ("damaged", Some(word(&results.damaged))),
            ("prefer", listed(&results.prefer).map(Value::from)),
            ("include", listed(&reading.include).map(|globs| texts(globs.iter().map(Pattern::as_str).collect()))),
            ("exclude", listed(&reading.exclude).map(|globs| texts(globs.iter().map(Pattern::as_str).collect()))),
            ("limit", listed(&reading.limit).map(texts_of_limits)),
            ("from", reading.from.as_deref().map(Value::from)),
            ("junit-time-unit", Some(word(junit_time_unit))),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect(),
    )
}

/// A choice as the user writes it.
fn word(choice: &impl ValueEnum) -> Value {
    choice.to_possible_value().map_or(Value::Null, |value| value.get_name().into())
}

fn listed<T: Clone>(list: &[T]) -> Option<Vec<T>> {
    (!list.is_empty()).then(|| list.to_vec())
}

/// In the order of their names: the order on the command line means nothing.
fn texts_of_limits(values: Vec<LimitValue>) -> Value {
    let mut texts: Vec<_> = values.iter().map(LimitValue::to_string).collect();
    texts.sort_unstable();
    Value::from(texts)
}

fn texts_of_statuses(names: Vec<StatusName>) -> Value {
    names.iter().map(|status| Value::from(format!("{}={}", status.outcome.name(), status.name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use xraypack::model::Limit;

    #[test]
    fn every_limit_bounds_something() {
        for limit in Limit::ALL.iter().copied() {
            let (mut of_source, mut of_reports) = (source::Limits::default(), format::Limits::default());
            of_source.set(limit, 7);
            of_reports.set(limit, 7);
            let moved = [of_source != source::Limits::default(), of_reports != format::Limits::default()];
            assert_eq!(moved.iter().filter(|moved| **moved).count(), 1, "{}", limit.name());
        }
    }
}
