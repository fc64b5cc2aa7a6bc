//! What takes the volatile part out of a name, as the user would write it.

use super::{CLASS_OF_NODE, Volatile, is_random, temporary_path};

impl Volatile {
    /// The `--definition-rewrite` that takes it out of names such as `name`. None of them holds a quotation mark that
    /// would end it in a shell.
    pub(in crate::mapping) fn rewrite(self, name: &str) -> String {
        let fixed = match self {
            Volatile::ObjectHash => r"@[0-9a-fA-F]{6,8}\b=>@HASH",
            Volatile::Uuid => "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}=>UUID",
            Volatile::Pointer => "0x[0-9a-fA-F]{6,}=>0xADDRESS",
            Volatile::Epoch => "(^|[^0-9A-Za-z])1[4-9][0-9]{8}([0-9]{3})?($|[^0-9A-Za-z])=>${1}EPOCH${3}",
            Volatile::Stamp => "-(19|20)[0-9]{12}=>-TIME",
            Volatile::DateTime => {
                "[0-9]{4}-[0-9]{2}-[0-9]{2}[T_ -][0-9]{2}[:.-][0-9]{2}([:.-][0-9]{2})?([.,][0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?=>TIME"
            }
            Volatile::Port => r"(localhost|127\.0\.0\.1|0\.0\.0\.0|\]):[0-9]{5}=>${1}:PORT",
            Volatile::Shard => "_shard_[0-9]+/[0-9]+=>",
            Volatile::BrowserVersion => {
                r"(^|\.)((Chrome|HeadlessChrome|Firefox|Safari|Edge|PhantomJS|Electron|IE)([ _]Headless)?)[ _][0-9]+([._][0-9]+)+([ _]\(|\.[^0-9])=>${1}${2}${6}"
            }
            Volatile::Remark => r"( \(unstable\))?( \(screenshots: .*\))?$=>",
            Volatile::Number => r" \([0-9]+\)$=>",
            Volatile::TemporaryPath => return temporary_path_rewrite(name),
            Volatile::AbsolutePath => return absolute_path_rewrite(name),
        };
        fixed.to_owned()
    }
}

/// Takes the folders away, and the file's name, too, where that is as random as they are.
fn temporary_path_rewrite(name: &str) -> String {
    const ROOTS: &str = r"((/private)?(/tmp|/var/folders)|[A-Za-z]:\\\S*?\\Temp)[/\\]";
    let last = temporary_path(name).and_then(|path| path.rsplit(['/', '\\']).next()).unwrap_or("");
    if is_random(last) || last.is_empty() {
        format!(r#"{ROOTS}[^\s"(),;\]]*=>TMP"#)
    } else {
        format!(r#"{ROOTS}([^\s"(),;\]/\\]+[/\\])*=>TMP/"#)
    }
}

/// Folders below which a path is the same on every machine.
const SOURCE_FOLDERS: &[&str] = &["features", "src", "spec", "specs", "test", "tests", "e2e"];

/// Takes away all folders above the first that looks like one of sources; all folders where there is none.
fn absolute_path_rewrite(path: &str) -> String {
    const ROOT: &str = r"([A-Za-z]:|file://)?([^/\\#:]*[/\\])+";
    let start = if path.starts_with(CLASS_OF_NODE) { r"^test\." } else { "^" };
    let folders = path.split('#').next().unwrap_or("").split(['/', '\\']);
    match folders.into_iter().find(|folder| SOURCE_FOLDERS.contains(folder)) {
        Some(folder) => format!(r"{start}{ROOT}?{folder}[/\\]=>{folder}/"),
        None => format!("{start}{ROOT}=>"),
    }
}
