"""Settings of Sphinx, for the language that `python -m docs` is building."""

import os

language = os.environ["DOCS_LANGUAGE"]
sphinx_language = {"en": "en", "pt": "pt_BR"}
project = "minitorch_pt"
author = copyright = "minitorch_pt"
root_doc = "index"
extensions = ["myst_nb", "sphinx_design", "sphinx_copybutton"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = os.environ.get("DOCS_EXECUTE", "cache")
nb_execution_cache_path = os.environ["DOCS_CACHE"]
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True
suppress_warnings = ["mystnb.unknown_mime_type"]
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True
add_module_names = False
html_theme = "furo"
html_title = "minitorch_pt"
html_static_path = ["static"]
html_css_files = ["site.css", "live/live.css"]
templates_path = ["templates"]
html_copy_source = False
html_show_sphinx = False
html_use_index = False  # the search finds names; a page of all of them is wider than a window
language = sphinx_language[language]
html_sidebars = {"**": ["sidebar/brand.html", "sidebar/languages.html", "sidebar/search.html", "sidebar/scroll-start.html", "sidebar/navigation.html",
                        "sidebar/scroll-end.html"]}  # fmt: skip
