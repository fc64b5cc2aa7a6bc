//! Evidence in files of its own, held against its indexes.

use std::collections::HashSet;
use std::fs;
use std::io;

use super::{Mismatch, Verification, unreadable};
use crate::bundle::manifest::{EvidenceIndex, Execution};
use crate::bundle::name::{EVIDENCE, evidence_index_file, is_evidence_path};
use crate::bundle::read_back::sum_of;
use crate::bundle::sidecar::{EvidenceLine, each_line};

impl Verification {
    /// The sum is that of the bundles and of the indexes. Every index is as it was written, every file that it names is
    /// there, and there is no other. Each file is read once, however often it is named.
    pub(super) fn check_evidence(&self, in_bundles: Option<u64>, found: &mut Vec<Mismatch>) {
        let mut named: HashSet<String> = HashSet::new();
        let mut lines = 0_u64;
        let mut are_read = true;
        let indexes = self.manifest.executions.iter().filter_map(|one| Some((one, one.evidence.as_ref()?)));
        for (execution, index) in indexes {
            named.insert(index.file.clone());
            lines = lines.saturating_add(index.lines);
            are_read &= self.check_index(execution, index, &mut named, found);
        }
        let stated = self.manifest.totals.evidence.kept;
        if let Some(sum) = in_bundles.map(|in_bundles| in_bundles.saturating_add(lines))
            && sum != stated
        {
            found.push(Mismatch::Total { name: "evidence.kept", stated, found: sum });
        }
        if are_read {
            // What an index would name that cannot be read, nobody knows: the index is told, and that is the cause.
            self.check_foreign_evidence(&named, found);
        }
    }

    /// Whether the index could be read to its end.
    fn check_index(
        &self,
        execution: &Execution,
        index: &EvidenceIndex,
        named: &mut HashSet<String>,
        found: &mut Vec<Mismatch>,
    ) -> bool {
        let expected = evidence_index_file(&execution.id);
        // An id must not lead us to files elsewhere either.
        if index.file != expected || !is_evidence_path(&expected) {
            found.push(Mismatch::Name { file: index.file.clone(), part: 0, expected });
            return false;
        }
        let bundles: HashSet<&str> = execution.bundles.iter().map(|bundle| bundle.file.as_str()).collect();
        let mut faults = Vec::new();
        let read = each_line(&self.folder, index, |line| {
            if line.execution != execution.id || !bundles.contains(line.bundle.as_str()) {
                let message = format!("it names the bundle {:?} of {:?}", line.bundle, line.execution);
                faults.push(Mismatch::Content { file: index.file.clone(), message });
            }
            if !named.contains(&line.file) {
                faults.extend(self.check_file(&line, &index.file));
                named.insert(line.file);
            }
        });
        let is_read = read.is_ok();
        match read {
            Ok((sha256, lines)) => {
                if lines != index.lines {
                    found.push(Mismatch::Lines { file: index.file.clone(), stated: index.lines, found: lines });
                }
                if sha256 != index.sha256 {
                    found.push(Mismatch::Hash { file: index.file.clone() });
                }
            }
            Err(error) => found.push(unreadable(&index.file, &error)),
        }
        found.append(&mut faults);
        is_read
    }

    fn check_file(&self, line: &EvidenceLine, index: &str) -> Option<Mismatch> {
        let (file, index) = (|| line.file.clone(), index.to_owned());
        if !is_evidence_path(&line.file) {
            // An index must not lead us to files elsewhere.
            return Some(Mismatch::Name { file: file(), part: 0, expected: format!("{EVIDENCE}/<sha256>") });
        }
        match sum_of(&self.folder.join(&line.file)) {
            Ok(sum) if sum.bytes != line.bytes => {
                Some(Mismatch::EvidenceLength { file: file(), index, stated: line.bytes, found: sum.bytes })
            }
            Ok(sum) if sum.sha256 != line.sha256 => Some(Mismatch::EvidenceHash { file: file(), index }),
            Ok(_) => None,
            Err(error) => Some(unreadable(&line.file, &error)),
        }
    }

    fn check_foreign_evidence(&self, named: &HashSet<String>, found: &mut Vec<Mismatch>) {
        let entries = match fs::read_dir(self.folder.join(EVIDENCE)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return found.push(unreadable(EVIDENCE, &error)),
        };
        let names = entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
        // Hidden files are what a run that was stopped has left.
        let mut files: Vec<String> =
            names.filter(|name| !name.starts_with('.')).map(|name| format!("{EVIDENCE}/{name}")).collect();
        files.retain(|file| !named.contains(file));
        files.sort_unstable();
        found.extend(files.into_iter().map(|file| Mismatch::Foreign { file }));
    }
}
