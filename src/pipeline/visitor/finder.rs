//! Keys of rows in a large report, which the thread that reads it finds: whoever converts a part of it knows nothing of
//! the rows before that part.

use crate::mapping::{Mapper, Rules};
use crate::model::{Dialect, Identity, Reuse, TestCase, TestRun};
use crate::pipeline::rows::RowKeys;

/// Finds the keys of rows, and gives them to rows of the same methods that come later.
pub(super) struct KeyFinder<'c> {
    mapper: Mapper<'c>,
    /// Whether a name alone may say which Test is meant.
    sees_keys_in_names: bool,
    /// What names a row, and what is made of that.
    case: TestCase,
    run: TestRun,
    keys: RowKeys,
}

impl<'c> KeyFinder<'c> {
    pub(super) fn new(dialect: &Dialect, rules: &'c Rules) -> KeyFinder<'c> {
        let mut mapper = Mapper::new(rules);
        mapper.begin(dialect);
        let sees_keys_in_names = rules.keys.map.is_some() || rules.keys.pattern.is_some();
        let (case, run, keys) = Default::default();
        KeyFinder { mapper, sees_keys_in_names, case, run, keys }
    }

    /// Notes the key of a row, or gives it the one that an earlier row has.
    pub(super) fn look(&mut self, case: &mut TestCase) {
        if case.row_group != 0 && self.may_have_key(case) && self.note_key(case) {
            return;
        }
        if let Some(key) = self.keys.of(case.method()) {
            case.row_key.push_str(key);
        }
    }

    fn may_have_key(&self, case: &TestCase) -> bool {
        self.sees_keys_in_names || !case.properties.is_empty() || !case.tags.is_empty()
    }

    /// Notes the key of a row, if it has one; whether it has.
    fn note_key(&mut self, case: &TestCase) -> bool {
        self.case.reset();
        let TestCase { qualified_name, title, container, properties, tags, container_failure, .. } = case;
        for (to, from) in [
            (&mut self.case.qualified_name, qualified_name),
            (&mut self.case.title, title),
            (&mut self.case.container, container),
        ] {
            to.clone_from(from);
        }
        self.case.properties.clone_from(properties);
        self.case.tags.clone_from(tags);
        self.case.container_failure = *container_failure;
        self.mapper.map(&mut self.case, &mut self.run, &mut |_| {});
        match &self.run.identity {
            Identity::Key(key) if !container_failure => {
                self.keys.name(case.row_group, key);
                true
            }
            _ => false,
        }
    }

    /// The keys that were found.
    pub(super) fn into_keys(self) -> RowKeys {
        self.keys
    }
}
