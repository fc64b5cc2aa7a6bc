//! What is written like a case and stands for a class, a file or a package that could not run, or was skipped as a whole: it
//! is no test (J29).

use super::Reader;
use super::attributes::ClassName;
use super::producer::Producer;
use crate::model::{Outcome, trimmed};

/// Names under which producers write the failure of a whole class or file, or that it was skipped.
const NAMES: &[&str] = &["", "null", "initializationError", "executionError", "Test suite failed to run"];

/// Classes under which they do: jest-junit's, and the one that Ant names when `@BeforeClass` fails.
const CLASSES: &[&str] = &["Test suite failed to run", "junit.framework.TestSuite"];

impl Reader<'_> {
    /// Whether the case at hand is a container that failed or did not run.
    pub(super) fn is_container_failure(&self) -> bool {
        match self.case.outcome {
            Outcome::Passed => false,
            outcome if outcome.is_failure() => self.is_failed_container(),
            // A class that did not run, a configuration that did not either.
            _ => (self.has_name_of_container() && !self.case.container.is_empty()) || self.is_fixture(),
        }
    }

    fn is_failed_container(&self) -> bool {
        let class = match self.attributes.class_name {
            ClassName::Filled => self.case.container.as_str(),
            _ => "",
        };
        let name = self.case.title.as_str();
        if self.has_name_of_container() || CLASSES.contains(&class) || self.is_fixture() {
            return true;
        }
        let (message, kind) = match self.case.details.first() {
            Some(detail) => (trimmed(&detail.message), &*detail.type_name),
            None => ("", ""),
        };
        if message == "Build error" {
            return self.children.error;
        }
        match self.suites.producer() {
            Producer::Pytest => self.attributes.class_name == ClassName::Blank && message.starts_with("collection"),
            // A file that could not be loaded, a class whose set-up failed, is a case with its name, twice.
            Producer::Vitest | Producer::AntLauncher | Producer::Pester => class == name,
            // A file without a plan, with another number of tests than planned, or with a status that is not zero.
            Producer::TapHarness => matches!(kind, "Plan" | "Died"),
            // A package that panicked.
            Producer::GoJunitReport => name == "Failure" && message == "Runtime error" && self.children.error,
            // A request that could not be sent.
            Producer::Bruno => name == "Test suite has no errors" && self.children.error,
            // Ginkgo before version 2, which leaves no mark but these words.
            Producer::Unknown => {
                matches!(name, "BeforeSuite" | "AfterSuite") && matches!(kind, "Failure" | "Panic" | "Timeout")
            }
            _ => false,
        }
    }

    /// Whether a whole class or file is meant. sbt says so of results that are not of a test, and of what sort they are.
    fn has_name_of_container(&self) -> bool {
        let name = self.case.title.as_str();
        NAMES.contains(&name) || name.starts_with("(It is not a test it is a ")
    }

    /// Whether it is a set-up or tear-down, of which the producer writes only those that did not pass.
    fn is_fixture(&self) -> bool {
        let (class, name) = (self.case.container.as_str(), self.case.title.as_str());
        match self.suites.producer() {
            Producer::TestngJunitXml => name.starts_with("@Before") || name.starts_with("@After"),
            // It splits `setUpClass (module.Class)` at the dot.
            Producer::Nose2 => is_unittest_fixture(class),
            // Its class is that of unittest's stand-in for a test, or none (subunit2junitxml).
            _ => {
                let stands_in = class.starts_with("unittest.suite._ErrorHolder");
                (stands_in || self.attributes.class_name == ClassName::Blank) && is_unittest_fixture(name)
            }
        }
    }
}

/// Whether this is how Python's unittest calls the set-up or tear-down of a class or module.
fn is_unittest_fixture(name: &str) -> bool {
    ["setUpClass (", "tearDownClass (", "setUpModule (", "tearDownModule ("].iter().any(|start| name.starts_with(start))
}
