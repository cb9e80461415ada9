"""What can go wrong that a person can mend: one English sentence per code.

`EngineError("image-unreadable", name="a.jpg")` carries its code and its facts (JSON-able values);
`str(error)` is the sentence of SENTENCES with the facts filled in. The Django app translates the
same sentences; there is no second wording.
"""

from training.engine.fault_reasons import Counted, gettext_noop, in_words, ngettext_noop

SENTENCES: dict[str, str] = {
    # Several at once
    "several-faults": gettext_noop("There are {count} faults to mend first: {summary}"),
    # Configuration
    "config-not-yaml": gettext_noop(
        "The configuration {name} is not readable YAML (line {line}): {reason}. "
        "Write one “key: value” per line."
    ),
    "config-not-mapping": gettext_noop(
        "The configuration {name} must be a list of “key: value” lines."
    ),
    "config-missing-file": gettext_noop(
        "The configuration file {path} does not exist. Check the path after --config."
    ),
    "config-unknown-key": gettext_noop(
        "The configuration has no key “{key}”. Did you mean “{nearest}”?"
    ),
    "config-unknown-more": ngettext_noop(
        "The configuration has {count} further key that is unknown. Is it a run's YAML?",
        "The configuration has {count} further keys that are unknown. Is it a run's YAML?",
        "count",
    ),
    "config-duplicate-key": gettext_noop(
        "The configuration names “{key}” twice. Keep one of the two lines."
    ),
    "config-missing-key": gettext_noop("The configuration lacks “{key}”. Add the line “{key}: …”."),
    "config-wrong-type": gettext_noop("“{key}” must be {expected}, not “{value}”."),
    "config-out-of-range": gettext_noop(
        "“{key}” is {value}; it must lie between {minimum} and {maximum}."
    ),
    "config-not-a-choice": gettext_noop("“{key}” is “{value}”; choose one of: {choices}."),
    "early-stop-blind": gettext_noop(
        "“{key}” has nothing to judge by. Hold pictures back (validation_share), or give "
        "sample_prompts."
    ),
    # Folders, files, disk
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
    # Pictures and captions
    "image-unreadable": gettext_noop(
        "The image {name} can't be read: {reason}. Use another one, or leave it out."
    ),
    "image-name-unreadable": gettext_noop(
        "The name of the image {name} is not text: its bytes are neither UTF-8 nor GB 18030. "
        "Rename the file."
    ),
    "image-name-taken": gettext_noop(
        "The image {name} has the same name as {other}, but for blanks, slashes or accents. "
        "Rename one of the two."
    ),
    "folder-without-images": gettext_noop(
        "The folder {path} holds no picture (JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF or HEIC). "
        "Check the path of “{key}”."
    ),
    "files-passed-over": gettext_noop(
        "Files of a kind that is not read here were passed over in {path} ({count}): {names}."
    ),
    "image-too-small": gettext_noop(
        "Image {name} is {side} px on its short side; this run needs {needed} px. "
        "Replace the image, or choose a lower resolution."
    ),
    "image-too-large": gettext_noop(
        "Image {name} has {megapixels} megapixels; the limit is {limit}. Make it smaller first."
    ),
    "picture-too-small": gettext_noop(
        "{name} is {width} × {height} px; each side needs {needed} px or more. Use a larger one."
    ),
    "picture-too-long": gettext_noop(
        "{name} is {width} × {height} px, one side more than {limit} times the other. Cut it to "
        "the part that matters, or use another one."
    ),
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
    "dataset-empty": gettext_noop(
        "The folder {path} holds no usable image with a caption. "
        "Add pictures (JPEG, PNG or WebP) and captions first."
    ),
    "dataset-one-image": gettext_noop(
        "The dataset has one image only. A style needs several: add at least one more."
    ),
    "batch-larger-than-dataset": ngettext_noop(
        "batch_size is {batch_size}, but the dataset has only {images} image. "
        "Use batch_size {images}, or add images.",
        "batch_size is {batch_size}, but the dataset has only {images} images. "
        "Use batch_size {images} or less, or add images.",
        "images",
    ),
    "bad-latents": gettext_noop(
        "The base model's encoder gave values that are not finite for image {name}. "
        "Replace the image, or train with precision fp32."
    ),
    "caption-placeholder": gettext_noop(
        "The caption of {name} says [trigger] where the trigger words belong, and none are set. "
        "Set trigger_words, or take it out."
    ),
    "trigger-words-bad": gettext_noop(
        "“{key}” can't be “{words}”: {reason}. Write words as they stand in a prompt, "
        "such as lnink."
    ),
    # Base models
    "base-missing": gettext_noop(
        "There is no base model “{name}”. Looked in: {places}. "
        "Put the file there, or give its full path."
    ),
    "base-is-pickle": gettext_noop(
        "{name} is a pickle file, which can run code when opened. "
        "Use the .safetensors version of this model."
    ),
    "base-unreadable": gettext_noop(
        "The base model {name} can't be read: {reason}. Download or copy it again."
    ),
    "base-family-unsupported": gettext_noop(
        "{name} is not a model this studio can tune ({reason}). "
        "Use a Stable Diffusion 1.x or SDXL checkpoint, or studio-mini."
    ),
    "base-not-a-model": gettext_noop(
        "{name} is not a base model but {what}. Choose a full checkpoint."
    ),
    # Safetensors headers
    "file-missing": gettext_noop("The file {path} does not exist. Check the path."),
    "file-is-pickle": gettext_noop(
        "{name} is a pickle file, which can run code when opened. Only .safetensors is accepted."
    ),
    "file-not-safetensors": gettext_noop(
        "{name} is not a sound safetensors file: {reason}. Get the file again from its source."
    ),
    # LoRA files
    "lora-kind-unsupported": gettext_noop(
        "{name} is a {kind} file, which this studio can't serve. Export it as plain LoRA."
    ),
    "lora-empty": gettext_noop("{name} holds no LoRA weights."),
    "lora-header-lies": gettext_noop(
        "{name} says it is made for {claimed}, but its weights fit {found}. "
        "The weights are what counts."
    ),
    "lora-incomplete": gettext_noop(
        "{name} lacks the other half of {module}. The file is damaged: export it again."
    ),
    "lora-not-finite": gettext_noop(
        "{name} holds values that are not finite in {module}. Use an earlier checkpoint."
    ),
    "lora-tensors-foreign": ngettext_noop(
        "{name} holds {count} tensor that is no part of a plain LoRA: {tensor}. "
        "A picture without it would be another one: export it as plain LoRA.",
        "{name} holds {count} tensors that are no part of a plain LoRA, such as {tensor}. "
        "A picture without them would be another one: export it as plain LoRA.",
        "count",
    ),
    "lora-shapes-odd": gettext_noop(
        "The two halves of {module} in {name} don't go together ({down} and {up}). "
        "The file is damaged: export it again."
    ),
    "lora-layer-twice": gettext_noop(
        "{name} holds the same weights of one layer twice: {first} and {second}. "
        "Export it again with one adapter only."
    ),
    "lora-dtype-unsupported": gettext_noop(
        "{name} stores {module} as {dtype}, which this studio can't use. "
        "Export it in fp16, bf16 or fp32."
    ),
    "lora-alpha-unusable": gettext_noop(
        "The alpha of {module} in {name} is {value}, so nobody can tell how strong the style is. "
        "Export it again with its true alpha."
    ),
    "lora-alpha-contradicts": gettext_noop(
        "{name} tells two alphas for {module}: {first} and {second}. "
        "Export it again with its true alpha."
    ),
    "lora-rank-differs": gettext_noop(
        "{module} in {name} has rank {rank}, but its configuration says {told}. "
        "Put the configuration there that was saved with this file."
    ),
    "lora-config-missing": gettext_noop(
        "{name} is a PEFT file and stores no alpha, so nobody can tell how strong it is. "
        "Give the {config} that was saved with it: put it beside the file, or send it along."
    ),
    "lora-settings-unreadable": gettext_noop(
        "The settings of {name} ({source}) can't be read: {reason}. Save the style again."
    ),
    "lora-setting-unsupported": gettext_noop(
        "{name} was trained with {setting} = {value} ({source}), which this studio can't serve. "
        "Export it as plain LoRA."
    ),
    "lora-folder-unclear": gettext_noop(
        "The folder {name} does not hold one style file but: {files}. Name the file itself."
    ),
    "lora-layers-beyond-kohya": ngettext_noop(
        "{count} layer of {name} ({layers}) is passed over by kohya's sd-scripts, which draws "
        "without it. This studio, ComfyUI, WebUI and diffusers read it.",
        "{count} layers of {name} ({layers}) are passed over by kohya's sd-scripts, which draws "
        "without them. This studio, ComfyUI, WebUI and diffusers read them.",
        "count",
    ),
    "lora-alpha-missing": gettext_noop(
        "{name} stores no alpha for {count} of its {total} layers; tools take alpha = rank there, "
        "which may not be what was trained."
    ),
    "lora-network-foreign": gettext_noop(
        "{name} fits no network that this studio paints with: it has layers such as {layer}. "
        "Choose a style made for Stable Diffusion 1.x, SDXL or studio-mini."
    ),
    "lora-does-not-fit": gettext_noop(
        "The style pack {name} is made for {family} and does not fit the base model {base}: "
        "{reason}. Choose a pack for this base."
    ),
    "lora-unknown-name": gettext_noop(
        "There is no style pack “{name}” in {folder}. Those there: {known}."
    ),
    "lora-export-damaged": gettext_noop(
        "The written file {name} differs from what was trained ({reason}). "
        "Nothing was published; check the disk and save again."
    ),
    "lora-without-effect": gettext_noop(
        "Pictures made with {name} are the ones {base} makes without it. "
        "Train longer, or export another checkpoint."
    ),
    "lora-all-zero": gettext_noop(
        "{name} has no effect: in each of its layers one half is all zeros, as before the first "
        "step of a training. Get a later checkpoint of it, and send that."
    ),
    "lora-rank-lies": gettext_noop(
        "{name} says its rank is {told}, but its layers have rank {found}. "
        "The weights are what counts."
    ),
    "export-without-licence": gettext_noop(
        "A style that leaves the house needs a licence. Give one with --license, "
        "or set “license” in the run's configuration."
    ),
    # Bundles of other studios
    "signing-key-unreadable": gettext_noop(
        "The studio's signing key can't be read. Put the line back that was saved of it, as "
        "STUDIO_SIGNING_KEY or in the file “signing-key” of the data folder."
    ),
    "public-key-unreadable": gettext_noop(
        "This is no public key of a studio. Paste the line of 44 letters as the other studio's "
        "page shows it, “=” at its end included."
    ),
    "bundle-unreadable": gettext_noop(
        "The bundle {name} can't be read: {reason}. Get it again from its sender."
    ),
    "bundle-not-one": gettext_noop(
        "{name} is no bundle of a studio: its {file} is missing, or another tool's. Import a LoRA "
        "file by itself, or ask the sender for a signed bundle."
    ),
    "bundle-manifest-odd": gettext_noop(
        "The manifest of {name} can't be understood: {reason}. Ask its sender for a new bundle."
    ),
    "bundle-newer": gettext_noop(
        "{name} is a bundle of format {version}; this studio reads up to {newest}. Update this "
        "studio, or ask the sender for the older format."
    ),
    "bundle-signature-wrong": gettext_noop(
        "The signature of {name} is wrong: its manifest was changed after it was signed. Nothing "
        "of it was unpacked; get it again from its sender."
    ),
    "bundle-signer-other": gettext_noop(
        "{name} is signed with another key: {fingerprint}. The key you named is {expected}. Ask "
        "the sender which is right."
    ),
    "bundle-family-lies": gettext_noop(
        "{name} says it is for {told}, but its weights are made for {found}. Ask its sender for "
        "the right bundle."
    ),
    "bundle-file-missing": gettext_noop(
        "{name} lacks {file}, which its manifest names. Get the bundle again from its sender."
    ),
    "bundle-file-extra": gettext_noop(
        "{name} holds {file} besides what its manifest names, or twice. Nothing of it was "
        "unpacked; get the bundle again from its sender."
    ),
    "bundle-file-changed": gettext_noop(
        "{file} in {name} is not the file that was signed. Get the bundle again from its sender."
    ),
    # Rendering
    "prompt-empty": gettext_noop("The prompt is empty. Say what the picture should show."),
    "size-impossible": gettext_noop(
        "A picture of {width} × {height} px is not possible with {base}: "
        "both sides must be multiples of {multiple}, at least {multiple}, at most {maximum}."
    ),
    "setting-out-of-range": gettext_noop(
        "{setting} is {value}; it must lie between {minimum} and {maximum}."
    ),
    "option-without-option": gettext_noop(
        "{option} acts only with {needed}. Add {needed}, or take {option} away."
    ),
    "setting-unknown": gettext_noop("{setting} is “{value}”; choose one of: {choices}."),
    "strength-out-of-band": gettext_noop(
        "Strength {strength} of {name} is outside {minimum} to {maximum}."
    ),
    "prompt-too-long": gettext_noop(
        "The prompt has {length} characters; the limit is {limit}. Shorten it."
    ),
    "pack-unknown": gettext_noop("There is no style pack “{name}”. Did you mean “{nearest}”?"),
    "pack-not-among": gettext_noop(
        "There is no style pack “{name}”. Those that may be called: {known}."
    ),
    "prompt-bad-tag": gettext_noop(
        "“{tag}” is not a style tag. Write <lora:name>, or with a strength that the style allows, "
        "as in <lora:name:0.7>."
    ),
    "prompt-tag-like": gettext_noop(
        "“{tag}” is not a style tag and would be read as words. Did you mean {meant}?"
    ),
    "prompt-tag-parts": gettext_noop(
        "“{tag}” says more than a name and one strength; separate strengths for text encoder and "
        "network, and other settings, are not supported. Did you mean {meant}?"
    ),
    "prompt-tag-unsupported": gettext_noop(
        "“{tag}” calls something that is not supported here. Write <lora:name> for a style, "
        "or take the angle brackets away."
    ),
    "prompt-tag-in-negative": gettext_noop(
        "“{tag}” stands in the negative prompt, where no style acts. "
        "Put it into the prompt, or take it away."
    ),
    "prompt-not-text": gettext_noop(
        "The prompt holds bytes that are no UTF-8 text. Set the terminal or the script to UTF-8."
    ),
    "prompt-tag-here": gettext_noop("“{tag}” stands where no style can be called. Take it away."),
    "prompt-alternating": gettext_noop(
        "“{form}” changes words from step to step, which is not supported. Choose one of the "
        "words, or write \\[ for a bracket that is read as it stands."
    ),
    "prompt-scheduled": gettext_noop(
        "“{form}” brings words in at a later step, which is not supported. Write (word:1.2) for "
        "a weight, or \\[ for a bracket that is read as it stands."
    ),
    "prompt-composed": gettext_noop(
        "“{form}” in capitals joins several prompts, which is not supported. "
        "Write “and” in small letters, or a comma."
    ),
    "prompt-weight-like": gettext_noop(
        "“{form}” is not a weight and would be read as words. Did you mean {meant}?"
    ),
    "prompt-weight-impossible": gettext_noop(
        "“{form}” asks for the weight {weight}; −{most} to {most} is possible. Write a smaller "
        "number, or \\( for a bracket that is read as it stands."
    ),
    "prompt-brackets-crossed": gettext_noop(
        "The brackets in “{form}” cross. Close the inner one first, or write \\( and \\[ for "
        "brackets that are read as they stand."
    ),
    "mask-without-image": gettext_noop(
        "A mask needs a picture to begin from. Choose the picture, or take the mask away."
    ),
    "mask-empty": gettext_noop(
        "The mask is black everywhere, so nothing would be painted. Make white what may change."
    ),
    "cutout-without-alpha": gettext_noop(
        "{name} has no transparent background. Upload the product cut out, as a PNG or WebP "
        "with transparency."
    ),
    "cutout-empty": gettext_noop(
        "{name} is transparent everywhere: there is no product in it. Upload the cut-out again."
    ),
    "cutout-too-small": gettext_noop(
        "The product in {name} is {side} px on its longer side; at least {needed} px are needed. "
        "Upload a larger cut-out."
    ),
    "cutout-outside": gettext_noop(
        "The product would stand outside the picture. Move it into the frame, or make it larger."
    ),
    "picture-too-large": gettext_noop(
        "The picture would become {width} × {height} px; at most {maximum} px a side are possible."
    ),
    # Files that leave
    "certificate-missing": gettext_noop(
        "The file {path}, with which downloads are signed, can't be read. Put it there, or take "
        "C2PA_CREDENTIALS_FILE out of the settings."
    ),
    "certificate-unreadable": gettext_noop(
        "The file with which downloads are signed holds no key with its certificates. It must be "
        "PEM text without a password: the private key, then its certificate, then those above it."
    ),
    "certificate-key": gettext_noop(
        "The key that signs downloads belongs to another certificate than {name}. Put the key that "
        "this certificate was asked for with."
    ),
    "certificate-expired": gettext_noop(
        "The certificate {name}, with which downloads are signed, ended on {day}. Put a new one."
    ),
    "certificate-early": gettext_noop(
        "The certificate {name}, with which downloads are signed, counts from {day} only. Put one "
        "that counts now, or set this machine's clock."
    ),
    "certificate-use": gettext_noop(
        "The certificate {name} can't sign content credentials: it needs the uses “digital "
        "signature” and “e-mail protection” or “claim signing”, and a key of the kinds ES256, "
        "ES384, PS256 or Ed25519."
    ),
    "certificate-chain": gettext_noop(
        "The certificates above {name} don't follow from one another. Put them in order, each "
        "after the one that it has signed, the root last."
    ),
    "certificate-refused": gettext_noop(
        "The file could not be signed: {reason}. Check the certificate of the settings."
    ),
    "profile-unfit": gettext_noop(
        "This colour profile doesn't lead from screens to the four colours of print, or {form} "
        "can't hold them. Choose another profile, or TIFF, JPEG or PDF."
    ),
    "limit-unmet": gettext_noop(
        "The picture doesn't fit into {limit} bytes as {form} without visible harm. Raise the "
        "channel's limit, lower its size, or choose JPEG."
    ),
    "file-broken": gettext_noop(
        "The finished file was read back and is not right ({what}), so it was not handed out. "
        "Try again; if it stays so, tell an admin."
    ),
    # Posters
    "font-without-glyph": gettext_noop(
        "The font {font} has no “{character}”. Choose another font, or other words."
    ),
    "text-too-long": gettext_noop(
        "“{text}” is {over} characters too long for its place; {fits} fit."
    ),
    "poster-words-long": gettext_noop(
        "These words have {count} characters, about {over} more than fit beside the others and the "
        "picture. Shorten them, or choose another channel."
    ),
    "poster-logo-unseen": gettext_noop(
        "The logo {name} is drawn for another ground than this look has: it would hardly be seen. "
        "Choose the one for this ground, or another look."
    ),
    "poster-small": gettext_noop(
        "Between what this channel covers, {width} × {height} px leave no room for words. Choose "
        "another channel."
    ),
    # The brand kit
    "label-without-ai": gettext_noop(
        "“{words}” names no AI: GB 45438-2025 asks for 人工智能 or AI in the visible label. Write, "
        "for example, AI生成."
    ),
    "label-without-making": gettext_noop(
        "“{words}” doesn't say that it was made: GB 45438-2025 asks for 生成 or 合成 in the "
        "visible label. Write, for example, AI生成."
    ),
    "label-long": gettext_noop(
        "The label has {count} characters; at most {limit} fit across a picture at the legal "
        "height. Shorten it."
    ),
    "label-glyph": gettext_noop(
        "The label's font has no “{character}”. Choose other words; Latin letters and "
        "人工智能生成合成内容标识 are there."
    ),
    "producer-code-length": gettext_noop(
        "The producer code's length is {count} instead of {length}. Copy all of it from the letter "
        "that granted it."
    ),
    "producer-code-character": gettext_noop(
        "“{character}” at place {place} can't stand in a producer code. There, only capital "
        "letters and digits stand; the credit code has no I, O, S, V and Z."
    ),
    "producer-code-begin": gettext_noop(
        "The producer code begins with {found} instead of {right}, which means an organisation. "
        "Copy all of it from the letter that granted it."
    ),
    "producer-code-check": gettext_noop(
        "The credit code within it ends in {found}; its check digit is {right}. One of its 18 "
        "characters is mistyped: compare places 5 to 22."
    ),
    "producer-code-service": gettext_noop(
        "The service digit at place 23 is {found}; 1 means generation and 2 propagation. Correct "
        "it, or end the code in 00000."
    ),
    "logo-large": gettext_noop(
        "This logo file is larger than {limit} MB. Export it smaller, as a PNG."
    ),
    "logo-form": gettext_noop(
        "This logo is a {form}; a PNG with a transparent ground is needed. Export it as one."
    ),
    "logo-small": gettext_noop(
        "This logo is {side} px on its longer side; {least} px are the least. Export it larger."
    ),
    "logo-opaque": gettext_noop(
        "This logo has no transparent ground: on a poster it would stand in a box. Export it as a "
        "PNG with transparency."
    ),
    "font-large": gettext_noop(
        "This font file is larger than {limit} MB. Take one with fewer languages."
    ),
    "font-unreadable": gettext_noop(
        "This is no font file that can be read. Choose an OTF or TTF file with one font in it."
    ),
    "font-forbids": gettext_noop(
        "The font {name} forbids its use in files that leave (fsType {bit}). Ask its foundry for "
        "a file with another licence, or choose another font."
    ),
    "font-without-letters": gettext_noop(
        "The font {name} has neither the Latin letters nor common Chinese ones. Choose another."
    ),
    "picture-withheld": gettext_noop(
        "The safety check withheld this picture. Change the prompt or the seed, then paint again."
    ),
    "safety-unreadable": gettext_noop(
        "The safety checker in {path} can't be read: {reason}. Put its folder there again, "
        "or take it away."
    ),
    "picture-not-finite": gettext_noop(
        "The picture came out empty (values that are not finite). "
        "Lower the strength or the guidance, or render in fp32."
    ),
    # Strength sheets
    "evidence-incomplete": gettext_noop(
        "The strength sheet lacks {count} of its pictures at strength {strength}. "
        "Let the sheet be painted again."
    ),
    "evidence-not-finite": gettext_noop(
        "The strength sheet gave figures that are no numbers. Let the sheet be painted again; "
        "if it stays, the style's file is damaged."
    ),
    # Training
    "targets-match-nothing": gettext_noop(
        "None of the targets ({targets}) exists in {base}. Use “attention”, or leave targets out."
    ),
    "loss-not-finite": gettext_noop(
        "The loss was no longer a number at step {step}. The run was rolled back to step {kept}. "
        "Lower the learning rate (now {learning_rate}) and start again."
    ),
    "loss-diverged": gettext_noop(
        "The loss at step {step} is {ratio} times that of the start: the run diverges. It was "
        "rolled back to step {kept}. Lower the learning rate (now {learning_rate})."
    ),
    "out-of-memory": gettext_noop(
        "The device has not enough memory, even with {tried}. "
        "Lower resolution or rank, or use a larger device."
    ),
    "resume-nothing": gettext_noop(
        "The folder {path} holds nothing to resume from. Start without --resume."
    ),
    "resume-changed": gettext_noop(
        "The run can't be resumed, because its setting changed: {differences}. "
        "Set it back, or choose another output_dir."
    ),
    "resume-damaged": gettext_noop(
        "The saved state in {path} is damaged: {reason}. Start again in another output_dir."
    ),
    "package-missing": gettext_noop(
        "{feature} needs the package “{package}”. Install it, or choose another {setting}."
    ),
    "device-missing": gettext_noop(
        "The device “{device}” is not there. Use “cpu”, or leave it out."
    ),
    # Warnings (events; the run goes on)
    "sample-failed": gettext_noop(
        "The sample pictures of step {step} could not be made: {reason}. Training goes on."
    ),
    "memory-caches": gettext_noop(
        "Memory ran short at step {step}. Caches were emptied; the step is tried again."
    ),
    "memory-passes": ngettext_noop(
        "Memory ran short at step {step}. The run goes on with passes of {images} image each; "
        "the batch stays the same.",
        "Memory ran short at step {step}. The run goes on with passes of {images} images each; "
        "the batch stays the same.",
        "images",
    ),
    "memory-checkpointing": gettext_noop(
        "Memory ran short at step {step}. The run goes on with gradient checkpointing: "
        "slower, in less memory."
    ),
    "memory-optimizer": gettext_noop(
        "Memory ran short at step {step}. The run goes on with the 8-bit form of its optimizer."
    ),
    "memory-shapes": gettext_noop(
        "Memory ran short at step {step}. The run goes on with images of {percent} % of their area."
    ),
    "not-recommended": gettext_noop(
        "No checkpoint could be recommended: {reason}. The run and its files are whole."
    ),
    "caption-first-line": gettext_noop(
        "{name} has {count} lines; the first is the caption, as it is to kohya's trainer."
    ),
    "folder-repeats": gettext_noop(
        "Each picture of {name} counts {repeats} times an epoch, as the folder's name says."
    ),
    "image-skipped": gettext_noop("{name} was left out: {reason}"),
    # Labelling
    "labeler-missing": gettext_noop(
        "The {what} weights are not there. Put them into the folder {path}, "
        "or choose another labeler."
    ),
    "vocabulary-bad": gettext_noop("The vocabulary {name} can't be used: {reason}."),
}


class EngineError(Exception):
    """A fault that a person can mend: `.code`, `.facts` and, as str(), the English sentence.

    Raises KeyError when made with a code that has no sentence (a caller's mistake).
    """

    def __init__(self, code: str, **facts):
        self.code = code
        self.facts = facts
        super().__init__(filled(SENTENCES[code], facts))

    def __reduce__(self):
        return _rebuild, (type(self), self.code, self.facts)

    def to_json(self) -> dict:
        """A JSON-able form: {"code", "facts", "sentence"}."""
        return {"code": self.code, "facts": self.facts, "sentence": str(self)}


class EngineErrors(EngineError):
    """Several faults found in one look; `.errors` lists them, in the order found."""

    def __init__(self, errors: list[EngineError]):
        self.errors = list(errors)
        super().__init__(
            "several-faults",
            count=len(self.errors),
            summary=" ".join(str(error) for error in self.errors[:3]),
            faults=[{"code": error.code, "facts": error.facts} for error in self.errors],
        )

    def __reduce__(self):
        return EngineErrors, (self.errors,)


def raise_faults(errors: list[EngineError]) -> None:
    """Raise what was found: nothing for none, the fault itself for one, EngineErrors for more."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise EngineErrors(errors)


def each_fault(error: EngineError) -> list[EngineError]:
    """The single faults behind an error: one, or those an EngineErrors gathers."""
    return error.errors if isinstance(error, EngineErrors) else [error]


def filled(sentence: str, facts: dict) -> str:
    """The sentence with its facts, singular where it counts one, a named reason in words."""
    if isinstance(sentence, Counted) and facts.get(sentence.by) == 1:
        sentence = sentence.one
    if "reason" in facts:
        facts = {**facts, "reason": in_words(facts["reason"])}
    return sentence.format_map(_Facts(facts))


class _Facts(dict):
    """A fact that was not given shows as “?”, so that a message never hides behind a KeyError."""

    def __missing__(self, key):
        return "?"


def _rebuild(kind, code, facts):
    return kind(code, **facts)
