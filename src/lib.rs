//! Streams test reports of many formats into Xray JSON bundles.
//!
//! The program `xraypack` is a thin layer over [`pipeline`]: [`pipeline::convert`] does all the work, [`pipeline::plan`]
//! all but the writing, [`pipeline::inspect`] reads only, [`pipeline::verify`] checks an output folder. The rooms below
//! can be used on their own; `ARCHITECTURE.md` tells who may know whom. Reading one report needs no more than [`mod@format`]:
//!
//! ```
//! use std::ops::ControlFlow;
//! use xraypack::format::{self, ReadOptions};
//! use xraypack::model::{Body, Outcome, Problem, ReportVisitor, TestCase};
//!
//! #[derive(Default)]
//! struct Failed(Vec<String>);
//!
//! impl ReportVisitor for Failed {
//!     fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
//!         if case.outcome == Outcome::Failed {
//!             self.0.push(case.qualified_name.clone());
//!         }
//!         ControlFlow::Continue(())
//!     }
//!     fn problem(&mut self, _: Problem) {}
//!     fn producer(&mut self, _: &str) {}
//! }
//!
//! let report = br#"<testsuite name="cart"><testcase name="pays"><failure message="boom"/></testcase></testsuite>"#;
//! let mut failed = Failed::default();
//! let junit = format::by_name("junit").expect("JUnit is read");
//! (junit.parse)(Body::Bytes(report), &ReadOptions::default(), &mut failed)?;
//! assert_eq!(failed.0, ["cart.pays"]);
//! # Ok::<(), xraypack::format::ParseError>(())
//! ```

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::print_stderr,
        reason = "a test that fails should panic, one that is skipped says so"
    )
)]

pub mod bundle;
pub mod format;
pub mod mapping;
pub mod model;
pub mod pipeline;
pub mod source;
pub mod xray;
