"""Commands that destroy, what says so, and hosts that stand for another."""

import pytest

from qgate.documents.runbook.danger import destructive, is_said, placeholder_host
from qgate.parse.markdown import BlockKind, parse


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf /var/lib/x",
        "sudo rm -r x",
        "rm -v --force x",
        "find . -name '*.log' -delete",
        "kubectl -n web delete pod web-0",
        "oc delete pvc data",
        "kubectl drain node-1",
        "helm -n web uninstall web",
        "terraform -chdir=infra destroy",
        "dd if=/dev/zero of=/dev/sdb",
        "mkfs.ext4 /dev/sdb1",
        "wipefs -a /dev/sdb",
        "lvremove vg/data",
        "zfs destroy tank/data",
        'psql -c "DROP TABLE users"',
        "mysql -e 'truncate table users'",
        'psql -c "delete from users"',
        "redis-cli FLUSHALL",
        "git push --force origin main",
        "git reset --hard origin/main",
        "docker system prune -a",
        "aws s3 rm --recursive s3://bucket",
        "aws ec2 terminate-instances --instance-ids i-1",
        "gcloud compute instances delete web",
    ],
)
def test_what_destroys_is_known(command: str) -> None:
    assert destructive(command)


@pytest.mark.parametrize(
    "command",
    [
        "rm x.pid",
        "kubectl get pods",
        "kubectl delete pod web-0 --dry-run=server",
        "kubectl logs web-0 | grep deleted",
        "git push --force-with-lease",
        "git reset HEAD file",
        "terraform plan",
        "dd if=/dev/sda bs=512 count=1",
        "etcdctl defrag",
        "systemctl restart web",
        "docker ps",
        "firm -rf",
    ],
)
def test_what_does_not_destroy_is_left_alone(command: str) -> None:
    assert destructive(command) == ""


def said(text: str) -> bool:
    blocks = parse(text).blocks
    last = len(blocks) - 1
    assert blocks[last].kind is BlockKind.FENCE
    return is_said(blocks[last], reversed(blocks[:last]))


@pytest.mark.parametrize(
    "text",
    [
        "This is destructive.\n\n```sh\nrm -rf x\n```\n",
        "> **Destructive**: the data is gone.\n\n- then\n\n```sh\nrm -rf x\n```\n",
        "## Remove all (destructive)\n\n```sh\nrm -rf x\n```\n",
        "Remove it.\n\n```sh\n# destructive\nrm -rf x\n```\n",
        "Remove it.\n\n```sh\nread -r -p 'Sure? ' answer && rm -rf x\n```\n",
        "It cannot be undone.\n\n```sh\nrm -rf x\n```\n",
    ],
)
def test_a_warning_or_a_question_says_so(text: str) -> None:
    assert said(text)


@pytest.mark.parametrize(
    "text",
    [
        "Remove it.\n\n```sh\nrm -rf x\n```\n",
        "This is destructive.\n\n## Another part\n\nRemove it.\n\n```sh\nrm -rf x\n```\n",
        "It is destructive.\n\n```sh\nrm -rf x\n```\n\nAnd then\n\n```sh\nrm -rf y\n```\n",
        "<!-- destructive -->\n\n```sh\nrm -rf x\n```\n",
    ],
)
def test_a_warning_elsewhere_or_unseen_does_not(text: str) -> None:
    assert not said(text)


@pytest.mark.parametrize(
    ("command", "host"),
    [
        ("ssh db.example.com", "example.com"),
        ("curl https://EXAMPLE.org/x", "EXAMPLE.org"),
        ("ping foo.bar", "foo.bar"),
        ("ssh <host>", "<host>"),
        ("ssh <the db server>", ""),
        ("ssh <db-host>", "<db-host>"),
        ("curl http://YOUR_HOST/", "YOUR_HOST"),
        ("psql -h your-server", "your-server"),
        ("ssh CHANGEME", "CHANGEME"),
    ],
)
def test_a_host_that_stands_for_another_is_found(command: str, host: str) -> None:
    assert placeholder_host(command) == host


@pytest.mark.parametrize(
    "command",
    [
        "kubectl -n <namespace> get pod <pod>",
        "NODE='<the instance label of the alert>'",
        "HOST='<host>'",
        "curl http://localhost:9090/metrics",
        "ssh $HOST",
        "cat myexample.community",
        "ls foo.barn",
    ],
)
def test_parameters_and_real_names_are_none(command: str) -> None:
    assert placeholder_host(command) == ""
