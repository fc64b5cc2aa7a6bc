//! What the user named.

use std::io::Read;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use walkdir::WalkDir;

use super::SourceError;

/// One INPUT of the command line.
pub enum Input {
    /// A file, a folder or an archive.
    Path(PathBuf),
    /// A stream: one report, or one archive. Shown as `-`.
    Stream(std::sync::Mutex<Option<Box<dyn Read + Send>>>),
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Input::Path(path) => f.debug_tuple("Path").field(path).finish(),
            Input::Stream(_) => f.write_str("Stream"),
        }
    }
}

impl Input {
    /// The input that reads from `stream`.
    pub fn stream(stream: impl Read + Send + 'static) -> Input {
        Input::Stream(std::sync::Mutex::new(Some(Box::new(stream))))
    }

    fn standard() -> Input {
        Input::stream(std::io::stdin())
    }
}

/// The INPUTs of a command line: `-` is standard input, and patterns that no shell expanded are expanded, in order.
///
/// # Errors
/// When a path does not exist or a pattern matches nothing: nobody names an input in vain on purpose.
pub fn inputs(arguments: &[PathBuf]) -> Result<Vec<Input>, SourceError> {
    let mut inputs = Vec::new();
    for argument in arguments {
        if argument.as_os_str() == "-" {
            inputs.push(Input::standard());
        } else if argument.symlink_metadata().is_ok() {
            inputs.push(Input::Path(argument.clone()));
        } else {
            expand(argument, &mut inputs)?;
        }
    }
    Ok(inputs)
}

fn expand(argument: &Path, inputs: &mut Vec<Input>) -> Result<(), SourceError> {
    let Some(pattern) = argument.to_str().filter(|text| text.contains(['*', '?', '[', '{'])) else {
        return Err(SourceError::Missing(argument.to_path_buf()));
    };
    let glob = GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(|error| SourceError::Pattern(pattern.to_owned(), error.kind().to_string()))?
        .compile_matcher();
    let before = inputs.len();
    let base = fixed_part(pattern);
    let levels = if pattern.contains("**") { usize::MAX } else { pattern[base.len()..].split('/').count() };
    let root = if base.is_empty() { Path::new(".") } else { Path::new(base) };
    for found in WalkDir::new(root).max_depth(levels).sort_by_file_name().into_iter().flatten() {
        let path = found.path().strip_prefix("./").unwrap_or(found.path());
        if glob.is_match(path) {
            inputs.push(Input::Path(path.to_path_buf()));
        }
    }
    if inputs.len() == before {
        return Err(SourceError::NothingMatches(pattern.to_owned()));
    }
    Ok(())
}

/// The folders before the first part that holds a pattern.
fn fixed_part(pattern: &str) -> &str {
    let special = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
    pattern[..special].rfind('/').map_or("", |slash| &pattern[..=slash])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_no_shell_expanded_are_expanded_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.xml", "a.xml", "c.txt"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let found = inputs(&[folder.path().join("*.xml")]).unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|input| match input {
                Input::Path(path) => path.file_name().unwrap().to_str().unwrap().to_owned(),
                Input::Stream(_) => "-".to_owned(),
            })
            .collect();
        assert_eq!(names, ["a.xml", "b.xml"]);
    }

    #[test]
    fn what_does_not_exist_is_an_error() {
        assert!(matches!(inputs(&[PathBuf::from("no/such/file")]), Err(SourceError::Missing(_))));
        assert!(matches!(inputs(&[PathBuf::from("no/such/*.xml")]), Err(SourceError::NothingMatches(_))));
    }
}
