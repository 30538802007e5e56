use crate::manifest::Problems;
use crate::model::event::{Event, Outcome};
use crate::plan_file::Plan;
use std::io::{self, Write};
pub(crate) fn plan(_p: &Plan, _o: &mut dyn Write) -> io::Result<()> {
    Ok(())
}
pub(crate) fn problems(_o: &mut dyn Write, _p: Option<&Problems>) -> io::Result<()> {
    Ok(())
}
pub(crate) struct ApplyLines(Box<dyn Write>);
impl ApplyLines {
    pub(crate) fn new(to: Box<dyn Write>) -> Self {
        Self(to)
    }
    pub(crate) fn event(&mut self, _e: &Event) -> io::Result<()> {
        Ok(())
    }
    pub(crate) fn finish(self, _o: &Outcome) -> io::Result<()> {
        Ok(())
    }
}
