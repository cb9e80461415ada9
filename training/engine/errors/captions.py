"""What is wrong with captions and the files that bring them."""

from training.engine.fault_reasons import gettext_noop, ngettext_noop

SENTENCES: dict[str, str] = {
    "image-without-caption": gettext_noop(
        "Image {name} has no caption. Write one, or draft it with auto_label."
    ),
    "caption-without-image": gettext_noop(
        "The captions file names {name}, but the folder has no such image. "
        "Add the image, or delete line {line}."
    ),
    "captions-missing-file": gettext_noop(
        "The captions file {path} does not exist. Check metadata_path, "
        "or draft captions with auto_label."
    ),
    "captions-not-text": gettext_noop(
        "The captions file {name} is not text. Save it as CSV in UTF-8."
    ),
    "captions-folder-empty": gettext_noop(
        "The folder {path} holds no captions: no metadata.csv or .jsonl, and no text files of the "
        "pictures' names. Name the captions file, or draft captions with auto_label."
    ),
    "caption-fits-several": gettext_noop(
        "Line {line} names {name}, which may be any of: {others}. Write the file's ending."
    ),
    "caption-second": gettext_noop(
        "{name} has two captions, in {first} and in {second}. Keep one."
    ),
    "captions-encoding": gettext_noop(
        "The encoding of the captions file {name} can't be told for sure (perhaps {guess}), and a "
        "wrong guess would train on wrong words. Save it as UTF-8, then give it again."
    ),
    "captions-too-large": gettext_noop(
        "The captions file {name} has {megabytes} MB; the limit is {limit} MB. Split it."
    ),
    "captions-unknown-form": gettext_noop(
        "The JSON of {name} holds no captions. Write objects with “file_name” and “text”, "
        "or kohya's “path: caption”."
    ),
    "captions-column-unclear": gettext_noop(
        "Which column of {name} is the caption: {columns}? Call it “text” or “caption”, "
        "and no other so."
    ),
    "captions-column-unknown": gettext_noop(
        "The heading of {name} does not say which column is the caption: {columns}. "
        "Call it “text” or “caption”."
    ),
    "captions-picture-unclear": gettext_noop(
        "The heading of {name} does not say which column names the pictures: {columns}. "
        "Call it “file_name”."
    ),
    "captions-numbers-glued": gettext_noop(
        "Every caption of {name} begins or ends with a number, as in “{text}”. If the numbers are "
        "another column, write a heading such as “file_name,text,score” above the rows."
    ),
    "captions-too-many-letters": gettext_noop(
        "Line {line} gives {name} a caption of {letters} characters; the limit is {limit}. "
        "Shorten it."
    ),
    "table-columns-missing": gettext_noop(
        "{name} lacks the columns {columns}. Its first line must name {all}, in any order."
    ),
    "table-line-unreadable": gettext_noop(
        "Line {line} of {name} can't be read and was left out: {text}"
    ),
    "table-cell-empty": gettext_noop("Line {line} of {name} was left out: {columns} is empty."),
    "captions-line-unreadable": gettext_noop(
        "Line {line} of {name} is not “file name,caption”: {text}"
    ),
    "captions-not-rewritten": ngettext_noop(
        "{name} has {count} line that can't be read, line {line}: {text} "
        "Nothing was written over it. Mend it, or name another file.",
        "{name} has {count} lines that can't be read, the first is line {line}: {text} "
        "Nothing was written over them. Mend them, or name another file.",
        "count",
    ),
    "image-name-unwritable": gettext_noop(
        "The name of the image {name} can't stand in a captions file. Rename it."
    ),
    "captions-duplicate": gettext_noop(
        "{name} has two captions, in lines {first} and {second}. Keep one."
    ),
    "captions-empty": gettext_noop("Line {line} gives {name} an empty caption. Write one."),
    "captions-formula-fault": gettext_noop(
        "Line {line} gives {name} the caption {text}, which a spreadsheet leaves where a formula "
        "failed. Write the caption."
    ),
    "captions-bad-name": gettext_noop(
        "Line {line} names a file outside the folder: {name}. Use names inside the data folder."
    ),
    "caption-placeholder": gettext_noop(
        "The caption of {name} says [trigger] where the trigger words belong, and none are set. "
        "Set trigger_words, or take it out."
    ),
    "caption-first-line": gettext_noop(
        "{name} has {count} lines; the first is the caption, as it is to kohya's trainer."
    ),
    "folder-repeats": gettext_noop(
        "Each picture of {name} counts {repeats} times an epoch, as the folder's name says."
    ),
    "labeler-missing": gettext_noop(
        "The {what} weights are not there. Put them into the folder {path}, "
        "or choose another labeler."
    ),
    "vocabulary-bad": gettext_noop("The vocabulary {name} can't be used: {reason}."),
}
