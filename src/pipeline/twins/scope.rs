//! Where reports of one run lie: in one folder, or anywhere in what one build leaves behind.

/// Folders that build tools put all into that they make of one module: Maven's, Gradle's.
const OF_BUILDS: &[&str] = &["target", "build"];

/// Those of TestNG, by itself or under Surefire and Failsafe: its reporters have folders of their own in there.
const OF_RUNNERS: &[&str] = &["test-output", "surefire-reports", "failsafe-reports"];

/// The folder, above `folder` or itself, in which whatever lies may be of one run. Above the top of an INPUT there is the INPUT
/// itself, which is called `input_name`.
pub(in crate::pipeline) fn of<'f>(folder: &'f str, input_name: &str) -> &'f str {
    [OF_BUILDS, OF_RUNNERS].iter().find_map(|names| innermost(folder, names, input_name)).unwrap_or(folder)
}

/// The innermost folder around `folder`, or itself, that is called like this.
fn innermost<'f>(folder: &'f str, names: &[&str], input_name: &str) -> Option<&'f str> {
    let mut around = folder;
    while !around.is_empty() {
        let (above, name) = around.rsplit_once('/').unwrap_or(("", around));
        if names.contains(&name) {
            return Some(around);
        }
        around = above;
    }
    names.contains(&input_name).then_some("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_leaves_reports_of_one_run_in_several_folders() {
        for (folder, scope) in [
            ("target/surefire-reports", "target"),
            ("target/surefire-reports/junitreports", "target"),
            ("pay/target/cucumber", "pay/target"),
            ("build/api/target/x", "build/api/target"),
            ("api/target/test-output/junitreports", "api/target"),
            ("test-output/junitreports", "test-output"),
            ("test-output/Default suite", "test-output"),
            ("n.zip!/build/test-results/test", "n.zip!/build"),
            ("target", "target"),
            // Nothing is known of these.
            ("reports/junit", "reports/junit"),
            ("my-target/x", "my-target/x"),
            ("", ""),
        ] {
            assert_eq!(of(folder, "night"), scope, "{folder}");
        }
    }

    #[test]
    fn an_input_may_be_such_a_folder() {
        assert_eq!(of("surefire-reports", "target"), "");
        assert_eq!(of("junitreports", "test-output"), "");
        assert_eq!(of("junitreports", "surefire-reports"), "");
        assert_eq!(of("api/target/x", "build"), "api/target");
    }
}
