//! Our cursor against quick-xml over the same documents: every tag, every attribute's value, every text.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench that fails should panic")]

mod support;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use support::Shape;
use xraypack::format::xml::{XmlCursor, XmlEvent};
use xraypack::model::Body;

const BYTES: usize = 2_000_000;

fn xml(criterion: &mut Criterion) {
    for name in ["junit", "pytest", "nunit3", "robot"] {
        let reports = Shape::called(name).unwrap().reports(1, BYTES);
        let mut group = criterion.benchmark_group(format!("xml/{name}"));
        settle(&mut group, reports.iter().map(String::len).sum());
        assert_eq!(
            reports.iter().map(|report| with_cursor(report)).sum::<usize>(),
            reports.iter().map(|report| with_quick_xml(report)).sum::<usize>()
        );
        group.bench_function("cursor", |bencher| {
            bencher.iter(|| reports.iter().map(|report| with_cursor(black_box(report))).sum::<usize>());
        });
        group.bench_function("quick-xml", |bencher| {
            bencher.iter(|| reports.iter().map(|report| with_quick_xml(black_box(report))).sum::<usize>());
        });
        let skimmed = reports.iter().map(|report| skim_with_cursor(report)).sum::<usize>();
        assert_eq!(skimmed, reports.iter().map(|report| skim_with_quick_xml(report)).sum::<usize>());
        group.bench_function("cursor, undecoded", |bencher| {
            bencher.iter(|| reports.iter().map(|report| skim_with_cursor(black_box(report))).sum::<usize>());
        });
        group.bench_function("quick-xml, undecoded", |bencher| {
            bencher.iter(|| reports.iter().map(|report| skim_with_quick_xml(black_box(report))).sum::<usize>());
        });
        group.finish();
    }
}

/// Bytes of all attribute values as they stand, nothing decoded: what a reader does with all that it passes over.
fn skim_with_cursor(report: &str) -> usize {
    let mut cursor = XmlCursor::new(Body::Bytes(report.as_bytes()));
    let mut total = 0;
    loop {
        match cursor.next().unwrap() {
            XmlEvent::Start(tag) => total += tag.attributes().map(|(_, value)| value.raw().len()).sum::<usize>(),
            XmlEvent::Eof => return total,
            _ => {}
        }
    }
}

/// The same with quick-xml.
fn skim_with_quick_xml(report: &str) -> usize {
    let mut reader = Reader::from_str(report);
    let mut total = 0;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes().with_checks(false) {
                    total += attribute.unwrap().value.len();
                }
            }
            Event::Eof => return total,
            _ => {}
        }
    }
}

fn settle(group: &mut BenchmarkGroup<'_, WallTime>, bytes: usize) {
    group.throughput(Throughput::Bytes(bytes as u64));
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
}

/// Bytes of all values and texts, references resolved.
fn with_cursor(report: &str) -> usize {
    let mut cursor = XmlCursor::new(Body::Bytes(report.as_bytes()));
    let (mut text, mut total) = (String::new(), 0);
    loop {
        text.clear();
        match cursor.next().unwrap() {
            XmlEvent::Start(tag) => tag.attributes().for_each(|(_, value)| value.push_into(&mut text)),
            XmlEvent::Text(piece) => piece.push_into(&mut text),
            XmlEvent::End(..) => {}
            XmlEvent::Eof => return total,
        }
        total += black_box(&text).len();
    }
}

/// The same with quick-xml: over text that is known to be UTF-8, without its optional checks.
fn with_quick_xml(report: &str) -> usize {
    let mut reader = Reader::from_str(report);
    let (mut text, mut total, mut depth) = (String::new(), 0, 0_usize);
    loop {
        text.clear();
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                depth += 1;
                values(&tag, &mut text);
            }
            Event::Empty(tag) => values(&tag, &mut text),
            Event::End(_) => depth -= 1,
            Event::Text(piece) if depth > 0 => text.push_str(&piece.xml10_content()),
            Event::CData(piece) => text.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().unwrap() {
                Some(character) => text.push(character),
                None => text.push_str(quick_xml::escape::resolve_predefined_entity(&reference).unwrap()),
            },
            Event::Eof => return total,
            _ => {}
        }
        total += black_box(&text).len();
    }
}

fn values(tag: &BytesStart<'_>, text: &mut String) {
    for attribute in tag.attributes().with_checks(false) {
        text.push_str(&attribute.unwrap().normalized_value(XmlVersion::Implicit1_0).unwrap());
    }
}

criterion_group!(benches, xml);
criterion_main!(benches);
