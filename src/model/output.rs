//! What an output folder holds, by name: who writes one and who may come across one must agree on that.

/// Folder of the bundles, inside the output folder.
pub const BUNDLES: &str = "bundles";
/// Folder of evidence that is no part of a bundle, inside the output folder.
pub const EVIDENCE: &str = "evidence";
/// Name of the manifest inside the output folder.
pub const MANIFEST: &str = "manifest.json";
/// Name of the file with a line for each report, inside the output folder.
pub const REPORTS: &str = "reports.jsonl";
/// Name of the journal inside the output folder: it is there as long as the output is not complete.
pub const JOURNAL: &str = ".xraypack-journal";
