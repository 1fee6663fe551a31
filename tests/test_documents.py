"""The documents speak of what is there: links lead somewhere, each header and manual page has its place."""
import os
import re
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as handle:
        return handle.read()


def files(folder, ending):
    for path, folders, names in os.walk(os.path.join(ROOT, folder)):
        folders[:] = [name for name in folders if name != "build" and not name.startswith(".")]
        for name in names:
            if name.endswith(ending):
                yield os.path.relpath(os.path.join(path, name), ROOT)


class Documents(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for path in files(".", ".md"):
            for target in re.findall(r"\]\(([^)#]+)[^)]*\)", read(path)):
                if not re.match(r"[a-z]+:", target):
                    self.assertTrue(os.path.exists(os.path.join(ROOT, os.path.dirname(path), target)),
                                    "%s: %s" % (path, target))

    def test_scripts_that_are_named_exist(self):
        for path in list(files(".", ".md")):
            for name in re.findall(r"\bscript/[a-z-]+", read(path)):
                self.assertTrue(os.path.exists(os.path.join(ROOT, name)), "%s: %s" % (path, name))

    def test_each_public_header_is_in_the_manual_and_in_the_build(self):
        page = read("docs", "man", "libmailspec.3")
        build = read("parsers", "CMakeLists.txt")
        for path in files(os.path.join("parsers", "include"), ".h"):
            name = os.path.basename(path)
            self.assertIn("include/mailspec/%s\n" % name, build)
            self.assertIn("mailspec/%s" % name, page)

    def test_each_manual_page_is_installed(self):
        install = read("cmake", "install.cmake")
        for path in files(os.path.join("docs", "man"), ""):
            self.assertIn(path, install)

    def test_the_map_names_each_folder(self):
        text = read("README.md")
        listed = subprocess.run(["git", "ls-files", "*/*"], cwd=ROOT, capture_output=True, text=True).stdout
        for folder in {line.split("/")[0] for line in listed.splitlines()}:
            if not folder.startswith(".") and folder not in ("cmake", "completion"):
                self.assertIn("(%s" % folder, text)


if __name__ == "__main__":
    unittest.main()
