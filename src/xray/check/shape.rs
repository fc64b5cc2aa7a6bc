//! Every property that either flavour knows; which of them a target takes is a rule.

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::value::RawValue;

use crate::xray::wire::Text;

/// A property that is there must have a value: `null` is refused.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

type Maybe<'a> = Option<Text<'a>>;
type List<'a> = Option<Vec<Text<'a>>>;

macro_rules! shape {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_attribute:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "camelCase")]
        pub(super) struct $name<'a> {
            $(
                $(#[$field_attribute])*
                #[serde(borrow, default, deserialize_with = "present")]
                pub(super) $field: $kind,
            )*
        }
    };
}

shape! {
    /// `info`.
    Info {
        project: Maybe<'a>,
        summary: Maybe<'a>,
        description: Maybe<'a>,
        version: Maybe<'a>,
        revision: Maybe<'a>,
        user: Maybe<'a>,
        start_date: Maybe<'a>,
        finish_date: Maybe<'a>,
        test_plan_key: Maybe<'a>,
        test_environments: List<'a>,
    }
}

shape! {
    /// `tests[]`.
    Test {
        test_key: Maybe<'a>,
        test_info: Option<TestInfo<'a>>,
        start: Maybe<'a>,
        finish: Maybe<'a>,
        #[expect(dead_code, reason = "any string is a comment: it is read for its type alone")]
        comment: Maybe<'a>,
        executed_by: Maybe<'a>,
        assignee: Maybe<'a>,
        status: Maybe<'a>,
        steps: Option<Vec<Step<'a>>>,
        examples: List<'a>,
        iterations: Option<Vec<Iteration<'a>>>,
        defects: List<'a>,
        evidence: Option<Vec<Evidence<'a>>>,
        evidences: Option<Vec<Evidence<'a>>>,
        custom_fields: Option<Vec<Field<'a>>>,
        test_version: Maybe<'a>,
    }
}

shape! {
    /// `testInfo`.
    TestInfo {
        summary: Maybe<'a>,
        project_key: Maybe<'a>,
        requirement_keys: List<'a>,
        labels: List<'a>,
        test_type: Maybe<'a>,
        #[serde(rename = "type")]
        cloud_type: Maybe<'a>,
        steps: Option<Vec<TestStep<'a>>>,
        scenario: Maybe<'a>,
        definition: Maybe<'a>,
        description: Maybe<'a>,
        scenario_type: Maybe<'a>,
    }
}

shape! {
    /// A step result.
    Step {
        status: Maybe<'a>,
        comment: Maybe<'a>,
        actual_result: Maybe<'a>,
        evidence: Option<Vec<Evidence<'a>>>,
        evidences: Option<Vec<Evidence<'a>>>,
        defects: List<'a>,
    }
}

shape! {
    /// An iteration.
    Iteration {
        parameters: Option<Vec<Parameter<'a>>>,
        status: Maybe<'a>,
        steps: Option<Vec<Step<'a>>>,
        name: Maybe<'a>,
        log: Maybe<'a>,
        duration: Maybe<'a>,
    }
}

shape! {
    /// A parameter of an iteration.
    Parameter {
        name: Maybe<'a>,
        value: Maybe<'a>,
    }
}

shape! {
    /// A file of evidence.
    Evidence {
        data: Maybe<'a>,
        filename: Maybe<'a>,
        content_type: Maybe<'a>,
    }
}

shape! {
    /// A custom field.
    Field {
        id: Option<&'a RawValue>,
        name: Maybe<'a>,
        value: Option<&'a RawValue>,
    }
}

shape! {
    /// A step of a Manual Test.
    TestStep {
        action: Maybe<'a>,
        data: Maybe<'a>,
        result: Maybe<'a>,
    }
}
