"""Properties of the generator: determinism, independence of the state store, reuse of a world."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[1]
MIXED = ["--preset", "mixed", "--transactions", "30"]


def run(tool, *arguments):
    """Runs a tool and returns its output; raises if it fails."""
    return subprocess.run([sys.executable, TOOLS / tool, *map(str, arguments)], check=True,
                          capture_output=True, text=True).stdout


class GeneratorTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_same_seed_same_block_and_other_seed_other_block(self):
        paths = [self.folder / name / "block.json" for name in "abc"]
        for path, seed in zip(paths, (1, 1, 2)):
            path.parent.mkdir()
            run("generate.py", *MIXED, "--seed", seed, "-o", path)
        first, second, other = (p.read_text() for p in paths)
        self.assertEqual(first, second)
        self.assertNotEqual(json.loads(first)["hash"], json.loads(other)["hash"])

    def test_every_fork_verifies_with_and_without_the_journal(self):
        for fork in ("london", "paris", "shanghai", "cancun", "prague", "osaka", "bpo2"):
            with self.subTest(fork=fork):
                path = self.folder / f"{fork}.json"
                run("generate.py", *MIXED, "--fork", fork, "-o", path)
                for options in ([], ["--plain"]):
                    self.assertIn("state root checked: ok", run("verify.py", path, *options))

    def test_a_saved_world_serves_further_blocks(self):
        world, first, second = (self.folder / name for name in ("world.json", "1.json", "2.json"))
        run("generate.py", *MIXED, "--senders", 9, "--save-world", world, "-o", first)
        run("generate.py", *MIXED, "--senders", 9, "--seed", 2, "--world", world, "-o", second)
        self.assertIn(": ok", run("verify.py", second))
        saved, used = (set(json.loads(p.read_text())["codes"]) for p in (world, second))
        self.assertLessEqual(saved, used)

    def test_verify_notices_a_changed_result(self):
        path = self.folder / "block.json"
        run("generate.py", "--preset", "erc20-spread", "--transactions", 5, "-o", path)
        block = json.loads(path.read_text())
        block["expected"]["access"][2]["reads"].pop()
        path.write_text(json.dumps(block))
        with self.assertRaises(subprocess.CalledProcessError) as caught:
            run("verify.py", path)
        self.assertIn("expected.access[2].reads", caught.exception.stdout)

    def test_without_expected_results_the_fields_are_null(self):
        path = self.folder / "block.json"
        run("generate.py", *MIXED, "--no-expected", "-o", path)
        block = json.loads(path.read_text())
        self.assertIsNone(block["expected"]["gasUsed"])
        self.assertEqual(int(block["header"]["stateRoot"], 16), 0)
        self.assertIn(": ok", run("verify.py", path))


if __name__ == "__main__":
    unittest.main()
