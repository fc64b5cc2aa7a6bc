//! What names and tags mean, in all formats and in one.

/// What a named value of a case is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Key of the Test; a malformed one is worth a warning.
    Key,
    /// Key of the Test where it is shaped like one; nothing otherwise.
    KeyIfShaped,
    /// Numeric id of the Test, which cannot be written.
    TestId,
    /// Summary of the Test.
    Summary,
    /// Description of the Test.
    Description,
    /// Keys of requirements.
    Requirements,
    /// Labels of the Test.
    Labels(Split),
    /// A tag: it goes the way of those that the format itself calls tags.
    Tag,
    /// Comment of the run.
    Comment,
    /// Custom fields of the run as text: `;` separates several values.
    CustomFields,
    /// Custom fields of the run, each value JSON text.
    CustomFieldValues,
    /// Files in base64.
    Evidence,
    /// A path, an address or a `data:` address.
    Attachment,
    /// Keys of defects.
    Defects,
    /// Key of the Test Execution.
    ExecutionKey,
    /// Test environments.
    Environment,
}

/// How the value of a labels property is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// At commas; blanks inside a label become `_`.
    Comma,
    /// At blanks and commas.
    Blank,
    /// Nowhere: it is one label.
    Never,
}

/// How cases of one format are to be understood. Each format states its own, and the mapping goes by it without
/// knowing any format.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// Named values that mean something in this format, beside those that mean the same in every one.
    pub roles: &'static [(&'static str, Role)],
    /// What a tag is that is a bare key.
    pub bare_keys: BareKeysSay,
    /// What is done about a documented name in another case.
    pub other_case: OtherCase,
    /// Who wrote what a case states.
    pub statements: Statements,
}

/// What a tag says that is shaped like a key and has no prefix (decision 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BareKeysSay {
    /// The user's rules decide.
    WhatTheUserSays,
    /// It names the Test.
    WhichTest,
}

/// What is done about a documented name in another case: it is read in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherCase {
    /// Nothing.
    Read,
    /// It is told.
    Told,
}

/// Who wrote what a case states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statements {
    /// A test tool.
    OfATool,
    /// Whoever prepared it for the target: comments have its markup, evidence was chosen.
    ForTheTarget,
}

impl Dialect {
    /// A format that has nothing to itself.
    pub const PLAIN: Dialect = Dialect {
        roles: &[],
        bare_keys: BareKeysSay::WhatTheUserSays,
        other_case: OtherCase::Read,
        statements: Statements::OfATool,
    };
}
