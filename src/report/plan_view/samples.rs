//! Samples of each group, in Terraform's grammar.

use super::View;
use crate::listing::thousands;
use crate::model::change::Action;
use crate::plan_file::Group;
use crate::report::paint;
use crate::report::record::{self, Bounds};
use crate::report::text::clean;

/// What one sample may take up, from ample to bare.
const BOUNDS: [Bounds; 3] = [
    Bounds {
        fields: 4,
        text_lines: 4,
    },
    Bounds {
        fields: 2,
        text_lines: 2,
    },
    Bounds {
        fields: 0,
        text_lines: 0,
    },
];

/// As many samples as there is room for, in the order of review. Where not every group would
/// get one, each takes up less.
pub(super) fn lines(groups: &[Group], view: &View, room: usize) -> Vec<String> {
    let (mut rendered, mut chosen) = (Vec::new(), Vec::new());
    for bounds in BOUNDS {
        let samples = groups
            .iter()
            .map(|group| samples(group, bounds, view.width));
        rendered = samples.collect::<Vec<_>>();
        chosen = choose(&rendered, room);
        if chosen.iter().all(|count| *count > 0) {
            break;
        }
    }
    let mut lines = Vec::new();
    for ((group, samples), count) in groups.iter().zip(rendered).zip(chosen) {
        if count == 0 {
            continue;
        }
        lines.extend(samples.into_iter().take(count).flatten());
        let rest = group.count - count as u64;
        if rest > 0 {
            let more = format!("    ({} more: {})", thousands(rest), clean(view.more));
            lines.push(paint::dim(&more));
        }
    }
    lines
}

/// How many samples of each group fit: first one each, then the rest group by group, so that
/// what is lost or overwritten, which comes first, is shown most. A group's line that counts the
/// rest is always reckoned with.
fn choose<Line>(groups: &[Vec<Vec<Line>>], room: usize) -> Vec<usize> {
    let mut chosen = vec![0; groups.len()];
    let mut left = room;
    for (count, samples) in chosen.iter_mut().zip(groups) {
        let Some(needed) = samples.first().map(|lines| lines.len() + 1) else {
            continue;
        };
        if needed <= left {
            left -= needed;
            *count = 1;
        }
    }
    for (count, samples) in chosen.iter_mut().zip(groups) {
        while *count > 0 && samples.get(*count).is_some_and(|lines| lines.len() <= left) {
            left -= samples[*count].len();
            *count += 1;
        }
    }
    chosen
}

fn samples(group: &Group, bounds: Bounds, width: usize) -> Vec<Vec<String>> {
    let shown = group.samples.iter().enumerate();
    shown
        .map(|(number, change)| {
            let mut lines = vec![record::head(change)];
            // The fields of alike creates are alike: those of the first will do.
            if number == 0 || change.action != Action::Create {
                lines.extend(record::fields(change, bounds, width));
            }
            lines
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::choose;

    fn check(sizes: &[&[usize]], room: usize, expect: &[usize]) {
        let group = |sizes: &&[usize]| sizes.iter().map(|size| vec![(); *size]).collect();
        let groups: Vec<Vec<_>> = sizes.iter().map(group).collect();
        assert_eq!(choose(&groups, room), expect, "{sizes:?} in {room}");
    }

    #[test]
    fn one_of_each_group_comes_before_a_second_of_any() {
        check(&[&[1; 20], &[4, 1, 1]], 100, &[20, 3]);
        check(&[&[1; 20], &[4, 1, 1]], 10, &[4, 1]);
        check(&[&[1; 20], &[4, 1, 1]], 7, &[1, 1]);
        check(&[&[1; 20], &[4, 1, 1]], 6, &[5, 0]);
        check(&[&[9], &[1]], 5, &[0, 1]);
        check(&[&[], &[1]], 5, &[0, 1]);
    }
}
