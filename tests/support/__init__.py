"""What tests share: real git repositories, coverage reports made by hand, runs of qgate."""
