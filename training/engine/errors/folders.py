"""What is wrong with folders, files and the disk."""

from training.engine.fault_reasons import gettext_noop

SENTENCES: dict[str, str] = {
    "folder-missing": gettext_noop("The folder {path} does not exist. Check the path of “{key}”."),
    "folder-unreadable": gettext_noop(
        "The folder {name} can't be read. Give its owner the right to read it."
    ),
    "folder-read-only": gettext_noop(
        "The folder {path} can't be written to. Give its owner the right to write, "
        "or choose another output folder."
    ),
    "output-name-bad": gettext_noop(
        "“{key}” can't be {name}: {reason}. Choose another name; nothing was begun."
    ),
    "output-is-folder": gettext_noop(
        "“{key}” is {path}, which is a folder. Give the name of a file, such as {example}."
    ),
    "output-is-file": gettext_noop(
        "“{key}” is {path}, which is a file. Give the name of a folder."
    ),
    "output-kind-unknown": gettext_noop(
        "“{key}” is {name}; what is written there ends in one of: {endings}. Change the ending."
    ),
    "output-holds-input": gettext_noop(
        "The folder {path} of “{key}” is output_dir or lies in it, so what the run writes would be "
        "read as pictures and captions. Choose another output_dir, such as one inside {path}."
    ),
    "output-holds-run": gettext_noop(
        "The folder {path} already holds a training run. Add --resume to go on with it, "
        "or choose another output_dir."
    ),
    "disk-full": gettext_noop(
        "The disk of {path} is full ({free} MB free). Make room, then resume: "
        "the last good checkpoint, step {step}, is kept."
    ),
    "files-passed-over": gettext_noop(
        "Files of a kind that is not read here were passed over in {path} ({count}): {names}."
    ),
    "file-missing": gettext_noop("The file {path} does not exist. Check the path."),
}
