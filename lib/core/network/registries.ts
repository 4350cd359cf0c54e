/**
 * The hosts of the preset `registries`: those from which common package managers read. Left out is what a stranger can
 * upload to and read back without more than an account, because it would carry secrets out: hosts of user content such as
 * raw.githubusercontent.com, and the hosts to which packages are published, where that is another one (upload.pypi.org,
 * crates.io). npm, RubyGems and pub.dev publish to the host they read from.
 */
export const registryHosts: readonly string[] = [
  ...["registry.npmjs.org", "registry.yarnpkg.com", "npm.jsr.io", "jsr.io", "nodejs.org"],
  ...["pypi.org", "files.pythonhosted.org", "conda.anaconda.org", "repo.anaconda.com"],
  ...["index.crates.io", "static.crates.io", "static.rust-lang.org"],
  ...["proxy.golang.org", "sum.golang.org"],
  ...["rubygems.org", "index.rubygems.org"],
  ...["repo.maven.apache.org", "repo1.maven.org", "plugins.gradle.org", "plugins-artifacts.gradle.org"],
  ...["api.nuget.org", "repo.packagist.org", "repo.hex.pm", "pub.dev"],
];
