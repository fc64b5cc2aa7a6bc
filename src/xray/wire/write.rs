//! How a test is written: its properties in their order, as its target knows them.

use super::{EvidenceItem, Field, IterationResult, RowParameter, Run, StepResult, TestInfo, TestStep, Text};
use crate::xray::flavour::Target;
use crate::xray::json::{self, Object};
use crate::xray::unwritten::is_of_server;

impl Run<'_> {
    /// Appends the test as JSON.
    pub(in crate::xray) fn write(&self, target: Target, out: &mut Vec<u8>) {
        let mut object = Object::open(out);
        if let Some(key) = &self.test_key {
            object.string("testKey", key.as_str());
        }
        if let Some(info) = &self.test_info {
            info.write(target, object.name("testInfo"));
        }
        if let Some(start) = &self.start {
            object.string("start", start.as_str());
        }
        if let Some(finish) = &self.finish {
            object.string("finish", finish.as_str());
        }
        object.filled("comment", self.comment.as_ref().map_or("", Text::as_str));
        object.filled("executedBy", self.executed_by.as_ref().map_or("", Text::as_str));
        object.filled("assignee", self.assignee.as_ref().map_or("", Text::as_str));
        object.string("status", self.status.as_str());
        object.array("steps", &self.steps, |out, step| step.write(target, out));
        object.array("examples", &self.examples, |out, status| json::string(out, status.as_str()));
        object.array("iterations", &self.iterations, |out, row| row.write(target, out));
        self.defects.write("defects", &mut object);
        object.array(target.evidence_property(), &self.evidences, |out, item| item.write(out));
        object.array("customFields", &self.custom_fields, |out, field| field.write(out));
        if target == Target::Server {
            object.filled("testVersion", self.test_version.as_ref().map_or("", Text::as_str));
        }
        object.close();
    }
}

impl TestInfo<'_> {
    fn write(&self, target: Target, out: &mut Vec<u8>) {
        let mut object = Object::open(out);
        object.string("summary", self.summary.as_str());
        object.string("projectKey", self.project_key.as_str());
        object.string(target.type_property(), self.test_type.as_str());
        self.requirement_keys.write("requirementKeys", &mut object);
        self.labels.write("labels", &mut object);
        object.array("steps", &self.steps, |out, step| step.write(target, out));
        object.filled("scenario", self.scenario.as_ref().map_or("", Text::as_str));
        object.filled("definition", self.definition.as_ref().map_or("", Text::as_str));
        if target == Target::Server {
            object.filled("scenarioType", self.scenario_type.as_ref().map_or("", Text::as_str));
            object.filled("description", self.description.as_ref().map_or("", Text::as_str));
        }
        object.close();
    }
}

impl TestStep<'_> {
    /// Cloud takes further members under any name; Server knows three.
    fn write(&self, target: Target, out: &mut Vec<u8>) {
        let mut object = Object::open(out);
        for (name, text) in &self.0 {
            if target == Target::Cloud || is_of_server(name.as_str()) {
                object.member(name.as_str(), text.as_str());
            }
        }
        object.close();
    }
}

impl IterationResult<'_> {
    pub(in crate::xray) fn write(&self, target: Target, out: &mut Vec<u8>) {
        let mut object = Object::open(out);
        object.array("parameters", &self.parameters, |out, parameter| parameter.write(out));
        object.string("status", self.status.as_str());
        object.array("steps", &self.steps, |out, step| step.write(target, out));
        if target == Target::Cloud {
            for (name, text) in [("name", &self.name), ("log", &self.log), ("duration", &self.duration)] {
                object.filled(name, text.as_ref().map_or("", Text::as_str));
            }
        }
        object.close();
    }
}

impl RowParameter<'_> {
    pub(in crate::xray) fn write(&self, out: &mut Vec<u8>) {
        let mut object = Object::open(out);
        object.string("name", self.name.as_str());
        object.string("value", self.value.as_str());
        object.close();
    }
}

impl StepResult<'_> {
    fn write(&self, target: Target, out: &mut Vec<u8>) {
        let mut object = Object::open(out);
        object.string("status", self.status.as_str());
        object.filled("comment", self.comment.as_ref().map_or("", Text::as_str));
        object.filled("actualResult", self.actual_result.as_ref().map_or("", Text::as_str));
        self.defects.write("defects", &mut object);
        object.array(target.evidence_property(), &self.evidences, |out, item| item.write(out));
        object.close();
    }
}

impl EvidenceItem<'_> {
    pub(in crate::xray) fn write(&self, out: &mut Vec<u8>) {
        let mut object = Object::open(out);
        // Base64 is copied without a look: it holds nothing that would need an escape.
        let data = object.name("data");
        data.push(b'"');
        data.extend_from_slice(self.data.as_str().as_bytes());
        data.push(b'"');
        object.string("filename", self.filename.as_str());
        object.string("contentType", self.content_type.as_str());
        object.close();
    }
}

impl Field<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        let mut object = Object::open(out);
        if let Some(id) = &self.id {
            object.string("id", id.as_str());
        } else if let Some(name) = &self.name {
            object.string("name", name.as_str());
        }
        object.name("value").extend_from_slice(self.value.get().as_bytes());
        object.close();
    }
}
